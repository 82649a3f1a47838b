import { yamlText } from '../../shared/lib/yaml/write.ts';
import type { HubClient } from '../api/client.ts';
import type { StatusView } from '../api/status.ts';
import type { TableStyle } from '../status/style.ts';
import { mostRows } from '../status/summary.ts';
import { changeLine, statusTable, summaryTable } from '../status/table.ts';
import { summaryLine } from '../status/told-lines.ts';
import { joinedPages, statusExit } from '../status/view.ts';
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
  const shown = await shownStatus(client, { app, cluster, ...style });
  context.terminal.paint(shown.text(context));
  return shown.exit;
}

/** Shows every new version until interrupted; the exit status is that of the last one. */
export async function watchStatus(
  context: CliContext,
  client: HubClient,
  { app, cluster, ...style }: StatusQuery,
): Promise<number> {
  const { terminal, signal } = context;
  const next = terminal.interactive ? redraw : printChanges(style.output);
  let known: string | undefined;
  let exit = 0;
  for (;;) {
    const answer = await next(context, client, { app, cluster, ...style, known }).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (answer === null) break;
    ({ version: known, exit } = answer);
  }
  if (terminal.interactive) terminal.out('\n');
  return exit;
}

type Style = Pick<StatusQuery, 'all' | 'output' | 'where'>;

/** What is asked for; with `known`, once its version is another one. */
type Asked = StatusQuery & { readonly known?: string | undefined };

/** A status as it is shown, with its version. */
interface Shown {
  readonly version: string;
  readonly exit: number;
  readonly text: (context: CliContext) => string;
}

/** A large fleet is summed up by its hub; of a small one, or where every row is asked for, it gives all. */
async function shownStatus(client: HubClient, asked: Asked): Promise<Shown> {
  const { all, output, app, cluster, known } = asked;
  const isPart = app !== undefined || cluster !== undefined;
  if (all || isPart || output !== 'table') return wholeShown(client, asked);
  const { version, view } = await client.summary({ known });
  if (view.summary.rows <= mostRows) return wholeShown(client, { ...asked, known: undefined });
  return { version, exit: view.exit, text: (context) => summaryTable(view, styleOf(context, asked)) };
}

async function wholeShown(client: HubClient, asked: Asked): Promise<Shown> {
  const { version, view } = await wholeStatus(client, asked);
  return { version, exit: statusExit(view), text: (context) => textOf(context, view, asked) };
}

/** Rows of one page: about 400 KB. */
const pageRows = '500';

/** The whole status, page by page. What changes meanwhile is another version. */
async function wholeStatus(
  client: HubClient,
  { app, cluster, known }: Pick<Asked, 'app' | 'cluster' | 'known'>,
): Promise<{ readonly version: string; readonly view: StatusView }> {
  const part = { app, cluster, limit: pageRows };
  let answer = await client.status({ ...part, known });
  const { version, view } = answer;
  const pages: [StatusView, ...StatusView[]] = [view];
  while (answer.continue !== undefined) {
    answer = await client.status({ ...part, continue: answer.continue });
    pages.push(answer.view);
  }
  return { version, view: joinedPages(pages) };
}

function textOf(context: CliContext, view: StatusView, style: Style): string {
  if (style.output === 'json') return JSON.stringify(view, null, 2) + '\n';
  if (style.output === 'yaml') return yamlText(view);
  return statusTable(view, styleOf(context, style));
}

function styleOf({ terminal }: CliContext, { all, output, where }: Style): TableStyle {
  // A pipe has no width of its own: nothing is cut there unless the caller says how wide it is.
  const columns = terminal.interactive || terminal.env['COLUMNS'] !== undefined ? terminal.columns() : 200;
  return { columns, color: terminal.color, wide: output === 'wide', all, where };
}

/** Shows one version, and says which. */
type ShowNext = (
  context: CliContext,
  client: HubClient,
  asked: Asked,
) => Promise<{ readonly version: string; readonly exit: number }>;

const redraw: ShowNext = async (context, client, asked) => {
  const shown = await shownStatus(client, asked);
  context.terminal.redraw(shown.text(context));
  return shown;
};

/** In a pipe: one line for every row that changed and the summary when it did; whole documents for json. */
function printChanges(output: StatusForm): ShowNext {
  const last = new Map<string, string>();
  let summary = '';
  const print = ({ terminal }: CliContext, view: StatusView): void => {
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
  return async (context, client, asked) => {
    const { version, view } = await wholeStatus(client, asked);
    print(context, view);
    return { version, exit: statusExit(view) };
  };
}
