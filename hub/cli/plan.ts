import { switchOption, textOption } from '../../shared/lib/command.ts';
import { isUrl } from '../config/location.ts';
import { command } from './context.ts';
import {
  askOptions,
  localOption,
  problemsExit,
  readHub,
  readSelection,
  selectionOptions,
  withPreviewPorts,
} from './preview.ts';

/** `sluice-hub plan`: what a change of the config repository would do, without a hub. */
export const planCommand = command({
  name: 'plan',
  description: 'print what a change would do: objects by cluster, waves, approvals, what cannot be undone',
  arguments: ['[dir]'],
  options: {
    base: textOption(
      '--base <rev>',
      'the branch, tag or commit before the change (default: HEAD where something is not committed, else the commit before)',
    ),
    local: localOption,
    ...selectionOptions,
    ...askOptions,
    json: switchOption('--json', 'print JSON'),
  },
  run: async (context, [dir = '.'], { base, json, ...flags }) => {
    const { terminal, signal } = context;
    const [{ selection, local }, hub, { planChange }] = await Promise.all([
      readSelection(context, flags),
      readHub(context, flags),
      import('../operations/plan.ts'),
    ]);
    const plan = await withPreviewPorts(context, (ports) =>
      planChange(isUrl(dir) ? dir : terminal.path(dir), { base, local, hub, signal }, { ...ports, selection }),
    );
    if (json === true) terminal.out(`${JSON.stringify(plan, null, 2)}\n`);
    else {
      const { planText } = await import('./plan-output.ts');
      const isSized = terminal.interactive || terminal.env['COLUMNS'] !== undefined;
      terminal.out(planText(plan, isSized ? terminal.columns() : 200));
    }
    return problemsExit(plan.problems, terminal.err);
  },
});
