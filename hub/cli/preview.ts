import { codes } from '../../shared/errors.ts';
import { textOption } from '../../shared/lib/command.ts';
import { isUrl } from '../config/location.ts';
import type { Problem } from '../model/source.ts';
import type { Preview, PreviewOptions } from '../operations/preview.ts';
import { problemLine } from '../status/problem.ts';
import type { CliContext } from './context.ts';

export const localOption = textOption(
  '--local <cluster>',
  'the cluster that placements without a selector mean (default: local)',
);

/** The preview of a folder (default: the caller's) with an evaluator of its own, which ends with it. */
export async function preview(
  { terminal, clock, signal, createHttp }: CliContext,
  dir = '.',
  options: Omit<PreviewOptions, 'signal'> = {},
): Promise<Preview> {
  // What renders takes long to load: no other command pays for it.
  const [{ previewFolder }, { startCueEngine }, { createRepos }] = await Promise.all([
    import('../operations/preview.ts'),
    import('../cue/engine.ts'),
    import('../../shared/adapters/git/repos.ts'),
  ]);
  const http = createHttp({});
  const cue = startCueEngine({ clock });
  try {
    const folder = isUrl(dir) ? dir : terminal.path(dir);
    return await previewFolder(folder, { ...options, signal }, { cue, repos: createRepos(http) });
  } finally {
    await cue.close();
    http.close();
  }
}

/** Prints a line for each problem, and gives the exit status of the worst: bad documents before bad renders. */
export function problemsExit(problems: readonly Problem[], print: (text: string) => void): number {
  for (const problem of problems) print(problemLine(problem) + '\n');
  const exits = problems.filter(({ severity }) => severity === 'error').map(({ code }) => codes[code].exit);
  return exits.length === 0 ? 0 : Math.min(...exits);
}
