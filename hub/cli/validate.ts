import { switchOption } from '../../shared/lib/command.ts';
import type { Problem, SkippedDocument } from '../model/source.ts';
import { command } from './context.ts';
import {
  askOptions,
  exitOf,
  localOption,
  preview,
  problemsExit,
  readHub,
  readSelection,
  selectionOptions,
} from './preview.ts';

/** Skipped documents that are named one by one. */
const shownSkipped = 3;

/** `sluice-hub validate`: what is wrong with a folder, without a hub. */
export const validateCommand = command({
  name: 'validate',
  description: 'print every problem of a folder or work tree, one a line',
  arguments: ['[dir]'],
  options: {
    local: localOption,
    ...selectionOptions,
    ...askOptions,
    strict: switchOption('--strict', 'documents that are not read are an error'),
    json: switchOption('--json', 'an array of problems: code, message, severity, path, line, column, hint, app'),
  },
  run: async (context, [dir], { strict, json, ...flags }) => {
    const { terminal } = context;
    const [selected, hub] = await Promise.all([readSelection(context, flags), readHub(context, flags)]);
    const found = await preview(context, dir, { ...selected, hub });
    const assumed = found.assumed === null ? [] : [found.assumed];
    const problems = [
      ...found.problems.map(withAdvice),
      ...assumed,
      ...(strict === true ? found.skipped.map(skippedProblem) : []),
    ];
    if (json === true) {
      terminal.out(
        JSON.stringify(
          problems.map(({ place, ...problem }) => ({ ...problem, ...place })),
          null,
          2,
        ) + '\n',
      );
      return exitOf(problems);
    }
    const exit = problemsExit(problems, terminal.out);
    if (found.ignored > 0 && strict !== true) terminal.err(skippedText(found.ignored, found.skipped));
    const { previewNotes } = await import('./preview-output.ts');
    for (const note of previewNotes(found)) terminal.err(note);
    if (problems.length === 0) terminal.err('no problems\n');
    return exit;
  },
});

/** A file that does not parse may be none of Sluice's: the error says how to leave it out. */
function withAdvice(problem: Problem): Problem {
  if (!problem.code.startsWith('YAML_') || problem.hint !== undefined) return problem;
  return { ...problem, hint: "if it is a template of a chart, or another program's, leave it out with --exclude" };
}

function skippedProblem({ place, what }: SkippedDocument) {
  const hint = 'move it out of what is read (--paths, --exclude), or validate without --strict';
  return {
    code: 'UNKNOWN_KIND',
    severity: 'error',
    message: `not a document of Sluice: ${what}`,
    place,
    hint,
  } as const;
}

function skippedText(count: number, skipped: readonly SkippedDocument[]): string {
  const are = count === 1 ? "1 document is not Sluice's" : `${count} documents are not Sluice's`;
  const shown = skipped.slice(0, shownSkipped).map(({ place, what }) => `${what} (${place.path}:${place.line})`);
  const more = count > shown.length && shown.length > 0 ? ', ...' : '';
  return `${are}${shown.length === 0 ? '' : `: ${shown.join(', ')}${more}`}\n`;
}
