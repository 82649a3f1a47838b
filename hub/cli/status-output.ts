import { yamlText } from '../../shared/lib/yaml/write.ts';
import type { HubClient } from '../api/client.ts';
import type { StatusView } from '../api/status.ts';
import { changeLine, statusTable, summaryLine } from '../status/table.ts';
import { statusExit } from '../status/view.ts';
import type { CliContext } from './context.ts';

/** How the status is written. */
export type StatusForm = 'table' | 'wide' | 'json' | 'yaml';

/** The part of the status that is shown, and how. */
export interface StatusQuery {
  readonly app: string | undefined;
  readonly cluster: string | undefined;
  /** Every row, however many there are. */
  readonly all: boolean;
  readonly output: StatusForm;
  /** What printed commands need to reach the same hub; empty = nothing. */
  readonly where: string;
}

/** Prints the status now, and gives its exit status. */
export async function printStatus(
  context: CliContext,
  client: HubClient,
  { app, cluster, ...style }: StatusQuery,
): Promise<number> {
  const { view } = await client.status({ app, cluster });
  context.terminal.paint(textOf(context, view, style));
  return statusExit(view);
}

/** Shows every new version until interrupted; the exit status is that of the last one. */
export async function watchStatus(
  context: CliContext,
  client: HubClient,
  { app, cluster, ...style }: StatusQuery,
): Promise<number> {
  const { terminal, signal } = context;
  const show = terminal.interactive ? redraw : printChanges(style.output);
  let known: string | undefined;
  let exit = 0;
  for (;;) {
    const answer = await client.status({ app, cluster, known }).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (answer === null) break;
    known = answer.version;
    show(context, answer.view, style);
    exit = statusExit(answer.view);
  }
  if (terminal.interactive) terminal.out('\n');
  return exit;
}

type Style = Pick<StatusQuery, 'all' | 'output' | 'where'>;

function textOf({ terminal }: CliContext, view: StatusView, { all, output: form, where }: Style): string {
  if (form === 'json') return JSON.stringify(view, null, 2) + '\n';
  if (form === 'yaml') return yamlText(view);
  // A pipe has no width of its own: nothing is cut there unless the caller says how wide it is.
  const columns = terminal.interactive || terminal.env['COLUMNS'] !== undefined ? terminal.columns() : 200;
  return statusTable(view, { columns, color: terminal.color, wide: form === 'wide', all, where });
}

type Show = (context: CliContext, view: StatusView, style: Style) => void;

const redraw: Show = (context, view, style) => context.terminal.redraw(textOf(context, view, style));

/** In a pipe: one line for every row that changed and the summary when it did; whole documents for json. */
function printChanges(output: StatusForm): Show {
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
