import { createRepos } from '../shared/adapters/git/repos.ts';
import type { CliContext } from './clicontext.ts';
import { preview, type Preview, type PreviewOptions } from './preview.ts';
import { startCueEngine } from './render/cue/engine.ts';

/** A preview of a folder with an evaluator of its own, which ends with it. */
export async function look(
  { terminal, clock, signal, createHttp }: CliContext,
  dir: string,
  options: Omit<PreviewOptions, 'signal'>,
): Promise<Preview> {
  const http = createHttp({});
  const cue = startCueEngine({ clock });
  try {
    return await preview(terminal.path(dir), { ...options, signal }, { cue, repos: createRepos(http) });
  } finally {
    await cue.close();
    http.close();
  }
}
