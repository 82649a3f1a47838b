import { choiceOption } from '../../shared/adapters/cli.ts';
import { withClient, withHubFlags, type CliContext, type HubFlags } from './context.ts';
import type { HubClient } from '../api/client.ts';
import type { StatusView } from '../api/status.ts';
import { statusExit } from '../status/view.ts';
import { changeLine, statusTable, summaryLine } from '../status/table.ts';
import { yamlText } from '../status/yaml.ts';

interface StatusFlags extends HubFlags {
  readonly cluster?: string;
  readonly watch?: boolean;
  readonly output: 'table' | 'wide' | 'json' | 'yaml';
}

/** `sluice-hub status`: what runs where, how healthy it is, and how old that knowledge is. */
export function statusCommand(context: CliContext): void {
  withHubFlags(
    context.cli.program
      .command('status [app]')
      .description('show what runs where, how healthy it is, and how old that knowledge is')
      .option('--cluster <name>', 'only this cluster')
      .option('-w, --watch', 'keep showing: redraw on a terminal, print changes in a pipe')
      .addOption(choiceOption('-o, --output <form>', 'form', ['table', 'wide', 'json', 'yaml']).default('table')),
  ).action(async (app: string | undefined, flags: StatusFlags) => {
    await withClient(context, flags, async (client) => {
      if (flags.watch === true) await watch(context, client, { app, flags });
      else {
        const { view } = await client.status({ app, cluster: flags.cluster });
        context.terminal.out(textOf(context, view, flags.output));
        context.cli.exit(statusExit(view));
      }
    });
  });
}

function textOf({ terminal }: CliContext, view: StatusView, form: StatusFlags['output']): string {
  if (form === 'json') return JSON.stringify(view, null, 2) + '\n';
  if (form === 'yaml') return yamlText(view);
  // A pipe has no width of its own: nothing is cut there unless the caller says how wide it is.
  const columns = terminal.interactive || terminal.env['COLUMNS'] !== undefined ? terminal.columns() : 200;
  return statusTable(view, { columns, color: terminal.color, wide: form === 'wide' });
}

interface Watched {
  readonly app: string | undefined;
  readonly flags: StatusFlags;
}

/** Shows every new version until interrupted; the exit status is that of the last one. */
async function watch(context: CliContext, client: HubClient, { app, flags }: Watched): Promise<void> {
  const { terminal, signal } = context;
  const show = terminal.interactive ? redraw : printChanges(flags.output);
  let known: string | undefined;
  for (;;) {
    const answer = await client.status({ app, cluster: flags.cluster, known }).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (answer === null) break;
    known = answer.version;
    show(context, answer.view, flags.output);
    context.cli.exit(statusExit(answer.view));
  }
  if (terminal.interactive) terminal.out('\n');
}

type Show = (context: CliContext, view: StatusView, form: StatusFlags['output']) => void;

/** Draws over what was there: home, each line cleared to its end, the rest of the screen cleared. */
const redraw: Show = (context, view, form) => {
  const text = textOf(context, view, form).replaceAll('\n', '\u001b[K\n');
  context.terminal.out(`\u001b[H${text}\u001b[J`);
};

/** In a pipe: one line for every row that changed and the summary when it did; whole documents for json. */
function printChanges(output: StatusFlags['output']): Show {
  const last = new Map<string, string>();
  let summary = '';
  return ({ terminal }, view) => {
    if (output === 'json') {
      terminal.out(JSON.stringify(view) + '\n');
      return;
    }
    const at = view.at.slice(11, 19);
    for (const row of view.applications) {
      const key = `${row.application} ${row.cluster}`;
      const line = changeLine(row, at);
      if (last.get(key)?.slice(at.length) !== line.slice(at.length)) terminal.out(line + '\n');
      last.set(key, line);
    }
    const now = summaryLine(view);
    if (now !== summary) terminal.out(`${at} ${now}\n`);
    summary = now;
  };
}
