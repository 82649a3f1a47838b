import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { request } from 'node:http';
import { git } from '../fakes/git.ts';
import { startGitServer, type GitServer } from '../fakes/git-server.ts';

/** A config repository on a stock Git server, with a work tree to push from. */
export interface ConfigRepository {
  readonly url: string;
  readonly workTree: string;
  readonly server: GitServer;
  /** Writes files (null = delete), commits and pushes; answers the commit and the post-receive stamp in milliseconds since the epoch. */
  readonly push: (files: Readonly<Record<string, string | null>>, message: string) => Promise<Push>;
  /** Where the server sends its webhook after each push from now on. */
  readonly notify: (hook: { readonly url: string; readonly secret: string } | null) => void;
  readonly close: () => Promise<void>;
}

export interface Push {
  readonly commit: string;
  /** When the post-receive hook ran. */
  readonly receivedAt: number;
}

/** Starts `git http-backend` on loopback with an empty repository, and a clone of it. */
export async function startConfigRepository(folder: string): Promise<ConfigRepository> {
  const stampFile = join(folder, 'stamps');
  await mkdir(folder, { recursive: true });
  let hook: { readonly url: string; readonly secret: string } | null = null;
  const server = await startGitServer({
    folder: join(folder, 'git'),
    stampFile,
    onPush: () => {
      if (hook !== null) sendWebhook(hook);
    },
  });
  const { url } = await server.create('config');
  const workTree = join(folder, 'work');
  await git(folder, 'init', '--quiet', '--initial-branch=main', workTree);
  await git(workTree, 'remote', 'add', 'origin', url);
  return {
    url,
    workTree,
    server,
    notify: (next) => (hook = next),
    push: async (files, message) => {
      for (const [path, text] of Object.entries(files)) await put(join(workTree, path), text);
      await git(workTree, 'add', '--all');
      await git(workTree, 'commit', '--quiet', '--allow-empty', '--message', message);
      await git(workTree, 'push', '--quiet', 'origin', 'HEAD:main');
      const commit = await git(workTree, 'rev-parse', 'HEAD');
      return { commit, receivedAt: await stampOf(stampFile, commit) };
    },
    close: () => server.close(),
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

// As GitLab does: a token in a header. The answer does not matter to the host.
function sendWebhook({ url, secret }: { readonly url: string; readonly secret: string }): void {
  const call = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gitlab-token': secret },
  });
  call.on('error', () => undefined);
  call.on('response', (response) => response.resume());
  call.end('{"ref":"refs/heads/main"}');
}
