import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git } from '../../fakes/git.ts';
import { startGitServer, type GitServer } from '../../fakes/git-server.ts';
import { freePort } from '../../fakes/port.ts';

/** A config repository on a stock Git server in this process, with a work tree to push from. */
export interface ConfigRepository {
  readonly url: string;
  /** The bare repository that the server serves. */
  readonly bare: string;
  readonly workTree: string;
  /** Writes files (null = delete), commits, pushes, and answers the commit. */
  readonly push: (files: Readonly<Record<string, string | null>>, message: string) => Promise<string>;
  /** Takes the server away, or starts it again on its port. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts `git http-backend` on loopback with an empty repository, and a clone of it. */
export async function startConfigRepository(folder: string): Promise<ConfigRepository> {
  const served = join(folder, 'git');
  const workTree = join(folder, 'work');
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  let server: GitServer | null = await startGitServer({ folder: served, port });
  const { url, gitdir } = await server.create('config');
  await git(gitdir, 'config', 'receive.denyDeleteCurrent', 'ignore');
  await git(folder, 'init', '--quiet', '--initial-branch=main', workTree);
  await git(workTree, 'remote', 'add', 'origin', url);
  const down = async (): Promise<void> => {
    await server?.close();
    server = null;
  };
  return {
    url,
    bare: gitdir,
    workTree,
    push: async (files, message) => {
      for (const [path, text] of Object.entries(files)) await put(join(workTree, path), text);
      await git(workTree, 'add', '--all');
      await git(workTree, 'commit', '--quiet', '--allow-empty', '--message', message);
      await git(workTree, 'push', '--quiet', 'origin', 'HEAD:main');
      return git(workTree, 'rev-parse', 'HEAD');
    },
    down,
    up: async () => {
      server ??= await startGitServer({ folder: served, port });
    },
    close: down,
  };
}

async function put(path: string, text: string | null): Promise<void> {
  if (text === null) return rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
