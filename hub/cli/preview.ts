import { codes } from '../../shared/errors.ts';
import { listOption, textOption, type FlagsOf } from '../../shared/lib/command.ts';
import { assertTransport, isUrl } from '../config/location.ts';
import type { Problem } from '../model/source.ts';
import type { Preview, PreviewOptions, PreviewPorts } from '../operations/preview.ts';
import { problemLine } from '../status/problem.ts';
import { hubOptions, withClient, type HubFlags } from './client.ts';
import type { CliContext } from './context.ts';

type Selection = NonNullable<PreviewPorts['selection']>;

export const localOption = textOption(
  '--local <cluster>',
  'the cluster that placements without a selector mean (default: local)',
);

/** The preview of a folder (default: the caller's) with an evaluator of its own, which ends with it. */
export async function preview(
  context: CliContext,
  dir = '.',
  options: Omit<PreviewOptions, 'signal'> & { readonly selection?: Selection } = {},
): Promise<Preview> {
  const { terminal, signal } = context;
  const { previewFolder } = await import('../operations/preview.ts');
  assertTransport(dir, 'USAGE');
  const folder = isUrl(dir) ? dir : terminal.path(dir);
  const { selection, ...part } = options;
  return withPreviewPorts(context, (ports) =>
    previewFolder(folder, { ...part, signal }, { ...ports, ...(selection === undefined ? {} : { selection }) }),
  );
}

/** Does work with an evaluator and a reader of folders, which end with it. */
export async function withPreviewPorts<T>(
  { terminal, clock, workers, createHttp }: CliContext,
  work: (ports: PreviewPorts) => Promise<T>,
): Promise<T> {
  // What renders takes long to load: no other command pays for it.
  const [{ startCueEngine }, { createRepos }, { openKeptAnswers }] = await Promise.all([
    import('../cue/engine.ts'),
    import('../../shared/adapters/git/repos.ts'),
    import('./kept-answers.ts'),
  ]);
  const http = createHttp({});
  const kept = openKeptAnswers(terminal, clock);
  const cue = startCueEngine({ clock, workers: workers(), ...(kept !== null && { kept }) });
  try {
    return await work({ cue, repos: createRepos(http) });
  } finally {
    await cue.close();
    await kept?.close();
    http.close();
  }
}

/** The options that name a hub whose knowledge counts; without them none is asked. */
export const askOptions = {
  ...hubOptions,
  data: textOption('--data <dir>', 'judge by what the hub with this data folder knows, on this machine'),
  hub: textOption('--hub <url>', 'judge by what this hub knows: clusters, revisions, names; with --token-file'),
};

/** What the hub that the flags name knows; undefined where they name none. */
export async function readHub(context: CliContext, flags: HubFlags): Promise<PreviewOptions['hub']> {
  if (flags.hub === undefined && flags.data === undefined) return undefined;
  const { knownOfFacts, stateOfFacts } = await import('../operations/facts.ts');
  return withClient(context, flags, async (client) => {
    const facts = await client.facts();
    const documents = (await pagesOf(client.documents)).flatMap((page) => page.documents);
    const clusters = (await pagesOf(client.registered)).flatMap((page) => page.clusters);
    const recorded = await pagesOf(client.recorded);
    const revisions = Object.fromEntries(recorded.flatMap((page) => Object.entries(page.revisions)));
    const bundles = (await pagesOf(client.bundles)).flatMap((page) => page.bundles);
    const state = stateOfFacts(facts, { documents, clusters, revisions, bundles });
    return { state, localCluster: facts.localCluster, ...knownOfFacts(facts, bundles) };
  });
}

/** All pages of a call that answers one at a time. */
async function pagesOf<T extends { readonly next: string | null }>(
  ask: (input: { readonly after: string }) => Promise<T>,
): Promise<T[]> {
  const pages: T[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: T = await ask({ after });
    pages.push(page);
    after = page.next;
  }
  return pages;
}

/** The options that say where to look, as `serve` does. */
export const selectionOptions = {
  config: textOption('--config <file>', "the hub's configuration: its paths, exclude and localCluster count here, too"),
  paths: listOption('--paths <glob...>', 'read these files alone (default: all)'),
  exclude: listOption('--exclude <glob...>', 'leave these files out: chart templates, say'),
};

/** What the flags and the configuration say together; a flag wins over the file. */
export async function readSelection(
  { terminal }: Pick<CliContext, 'terminal'>,
  { config, paths, exclude, local }: FlagsOf<typeof selectionOptions> & { readonly local?: string | undefined },
): Promise<{ readonly selection: Selection; readonly local: string | undefined }> {
  const file = config === undefined ? {} : await (await import('../config/file.ts')).readHubFile(terminal.path(config));
  return {
    selection: { paths: paths ?? file.source?.paths ?? [], exclude: exclude ?? file.source?.exclude ?? [] },
    local: local ?? file.localCluster,
  };
}

/** Prints a line for each problem, and gives the exit status of the worst: bad documents before bad renders. */
export function problemsExit(problems: readonly Problem[], print: (text: string) => void): number {
  for (const problem of problems) print(problemLine(problem) + '\n');
  return exitOf(problems);
}

/** The exit status of the worst problem: bad documents before bad renders. */
export function exitOf(problems: readonly Problem[]): number {
  const exits = problems.filter(({ severity }) => severity === 'error').map(({ code }) => codes[code].exit);
  return exits.length === 0 ? 0 : Math.min(...exits);
}
