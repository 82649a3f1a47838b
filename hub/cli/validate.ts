import { command } from './context.ts';
import { localOption, preview, problemsExit } from './preview.ts';

/** `sluice-hub validate`: what is wrong with a folder, without a hub. */
export const validateCommand = command({
  name: 'validate',
  description: 'print every problem of a folder or work tree, one a line',
  arguments: ['[dir]'],
  options: { local: localOption },
  run: async (context, [dir], { local }) => {
    const { terminal } = context;
    const { problems } = await preview(context, dir, { local });
    const exit = problemsExit(problems, terminal.out);
    if (problems.length === 0) terminal.err('no problems\n');
    return exit;
  },
});
