import { execFile, spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs the real `git` in a folder, without anybody's configuration, with fixed names and dates; answers what it prints. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, {
    cwd,
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
    env: environment(cwd),
  });
  return stdout.trim();
}

/** Runs the real `git` with bytes on its standard input; answers what it prints. */
export async function gitWith(cwd: string, input: string | Uint8Array, ...args: string[]): Promise<string> {
  const child = spawn('git', args, { cwd, timeout: 60_000, env: environment(cwd), stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(input);
  const [output, errors] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  const status = await closed;
  if (status !== 0) throw new Error(`git ${args.join(' ')} ended with ${status ?? 'a signal'}: ${errors.toString()}`);
  return output.toString().trim();
}

/** A file of a commit: its bytes, or an entry of another mode that names an object. */
export type GitFile = Uint8Array | string | { readonly mode: string; readonly oid: string };

/** Moves a ref of a bare repository to a new commit with exactly these files; answers the commit. */
export async function commitFiles(
  gitdir: string,
  ref: string,
  files: Readonly<Record<string, GitFile>>,
  options: { readonly parent?: string } = {},
): Promise<string> {
  const parts: Buffer[] = [Buffer.from(`commit ${ref}\ncommitter Dev <dev@example.com> 1780000000 +0000\ndata 0\n`)];
  if (options.parent !== undefined) parts.push(Buffer.from(`from ${options.parent}\n`));
  parts.push(Buffer.from('deleteall\n'));
  for (const [path, file] of Object.entries(files)) {
    if (typeof file === 'object' && 'oid' in file) {
      parts.push(Buffer.from(`M ${file.mode} ${file.oid} ${path}\n`));
      continue;
    }
    const bytes = Buffer.from(file);
    parts.push(Buffer.from(`M 100644 inline ${path}\ndata ${bytes.length}\n`), bytes, Buffer.from('\n'));
  }
  await gitWith(gitdir, Buffer.concat(parts), 'fast-import', '--quiet', '--force');
  return git(gitdir, 'rev-parse', ref);
}

function environment(home: string): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Dev',
    GIT_AUTHOR_EMAIL: 'dev@example.com',
    GIT_COMMITTER_NAME: 'Dev',
    GIT_COMMITTER_EMAIL: 'dev@example.com',
  };
}
