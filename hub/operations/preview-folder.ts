import { stat } from 'node:fs/promises';
import { createRepos } from '../../shared/adapters/git/repos.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { CliContext } from '../cli/context.ts';
import { isUrl } from '../config/config.ts';
import { preview, type Preview, type PreviewOptions } from './preview.ts';
import { startCueEngine } from '../cue/engine.ts';

/** A preview of a folder with an evaluator of its own, which ends with it. Throws USAGE for what is no folder. */
export async function look(
  { terminal, clock, signal, createHttp }: CliContext,
  dir: string,
  options: Omit<PreviewOptions, 'signal'>,
): Promise<Preview> {
  const folder = await folderOf(dir, terminal.path);
  const http = createHttp({});
  const cue = startCueEngine({ clock });
  try {
    return await preview(folder, { ...options, signal }, { cue, repos: createRepos(http) });
  } finally {
    await cue.close();
    http.close();
  }
}

async function folderOf(dir: string, path: (text: string) => string): Promise<string> {
  const hint = 'name a folder or a Git work tree';
  if (isUrl(dir))
    throw new SluiceError('USAGE', 'a preview reads no URL', { subject: dir, hint: `clone it, and ${hint}` });
  const folder = path(dir);
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() === true) return folder;
  const what = found === null ? 'there is no such folder' : 'this is no folder';
  throw new SluiceError('USAGE', what, { path: folder, hint });
}
