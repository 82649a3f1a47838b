import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from '../../fakes/git.ts';
import { gitServerFiles, type Webhook } from './git-server-files.ts';
import { startProgram, type Program } from './program.ts';

/** A config repository on a stock Git server (a process of its own), with a work tree to push from. */
export interface ConfigRepository {
  readonly url: string;
  readonly workTree: string;
  readonly program: Program;
  /** Writes files (null = delete), commits and pushes; answers the commit and when the server had it. */
  readonly push: (files: Readonly<Record<string, string | null>>, message: string) => Promise<Push>;
  /** Where the server sends its webhook after each push from now on. */
  readonly notify: (hook: Webhook) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Push {
  readonly commit: string;
  /** When the post-receive hook ran, in milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Starts `git http-backend` on loopback with an empty repository, and a clone of it. */
export async function startConfigRepository(folder: string, logFile: string): Promise<ConfigRepository> {
  await mkdir(folder, { recursive: true });
  const program = startProgram('Git server', ['test/lab/demo/git-server.ts', folder], { logFile });
  const [url] = await program.says(/http:\S+/);
  const workTree = join(folder, 'work');
  await git(folder, 'init', '--quiet', '--initial-branch=main', workTree);
  await git(workTree, 'remote', 'add', 'origin', url);
  return {
    url,
    workTree,
    program,
    notify: async (hook) => {
      const file = join(folder, gitServerFiles.webhook);
      await writeFile(`${file}.tmp`, JSON.stringify(hook));
      await rename(`${file}.tmp`, file);
    },
    push: async (files, message) => {
      for (const [path, text] of Object.entries(files)) await put(join(workTree, path), text);
      await git(workTree, 'add', '--all');
      await git(workTree, 'commit', '--quiet', '--allow-empty', '--message', message);
      await git(workTree, 'push', '--quiet', 'origin', 'HEAD:main');
      const commit = await git(workTree, 'rev-parse', 'HEAD');
      return { commit, receivedAt: await stampOf(join(folder, gitServerFiles.stamps), commit) };
    },
    close: async () => {
      await program.stop();
    },
  };
}

async function put(path: string, text: string | null): Promise<void> {
  if (text === null) return rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function stampOf(file: string, commit: string): Promise<number> {
  const line = (await readFile(file, 'utf8')).split('\n').findLast((text) => text.split(' ')[2] === commit);
  if (line === undefined) throw new Error(`no push of ${commit} was stamped`);
  return Number(BigInt(line.split(' ')[0] ?? '0') / 1000n) / 1000;
}
