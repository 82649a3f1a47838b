import type { Push } from './config-repository.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { factLines, progressLine, progressWords, seconds, type Progress } from './rows.ts';
import type { Screen } from './screen.ts';
import { replicas, steps, type Step } from './script.ts';
import { sharesOf, type Sight } from './sight.ts';
import type { DemoSite } from './sites.ts';
import type { StatusFeed } from './status-feed.ts';
import type { Change } from './change.ts';
import { wrongsOf } from './wrongs.ts';

/** What the story is played on. */
export interface Stage {
  readonly screen: Screen;
  readonly sites: readonly DemoSite[];
  readonly watches: ReadonlyMap<string, ClusterWatch>;
  readonly feed: StatusFeed;
  /** Says when something was observed. */
  readonly change: Change;
  /** Pushes a step's files. */
  readonly push: (step: Step) => Promise<Push>;
  /** Shows `sluice-hub status` as a user sees it; answers its exit status. */
  readonly showStatus: () => Promise<number | null>;
}

/** Figures of a run, in milliseconds: from each push to the first change in each cluster, and until a step was complete. */
export interface Figures {
  readonly applied: number[];
  readonly complete: number[];
}

const patienceMs = 60_000;

/** Plays one step to its end; throws an Error of one line when something observed was not as it should be. */
export async function playStep(stage: Stage, step: Step, figures: Figures): Promise<void> {
  const { screen, sites } = stage;
  announce(screen, step);
  for (const watch of stage.watches.values()) watch.mark();
  const floors = keepFloors(stage, step);
  const { receivedAt, commit } = await stage.push(step);
  screen.log(`pushed ${commit.slice(0, 12)}: ${step.message}`);
  const done = new Map<string, number>();
  const said = new Map<string, string>();
  const progressOf = (site: DemoSite): Progress => ({
    cluster: site.name,
    way: site.way,
    sight: sightOf(stage, site),
    row: rowOf(stage, site),
    doneMs: done.get(site.name) ?? null,
  });
  const look = (): boolean => {
    for (const site of sites) {
      floors.look(site);
      if (wrongs(stage, step, site).length > 0) done.delete(site.name);
      else if (!done.has(site.name)) done.set(site.name, Date.now() - receivedAt);
      tell(screen, site, said, progressOf(site));
    }
    screen.redraw();
    return done.size === sites.length;
  };
  screen.live(() => sites.map((site) => progressLine(screen, progressOf(site))));
  try {
    await stage.change.until(look, patienceMs, () => firstWrong(stage, step));
  } finally {
    screen.settle(true);
  }
  floors.check();
  const applied = sites.map(({ name }) => (stage.watches.get(name)?.firstChange() ?? receivedAt) - receivedAt);
  figures.applied.push(...applied);
  figures.complete.push(Math.max(...done.values()));
  report(stage, step, { applied, progress: sites.map(progressOf), completeMs: Math.max(...done.values()) });
  await statusOf(stage, step);
}

function announce(screen: Screen, step: Step): void {
  const label = (text: string): string => screen.paint('faint', text.padEnd(9));
  screen.print('', heading(screen, `${steps.indexOf(step) + 1} of ${steps.length}  ${step.title}`));
  screen.print(
    `   ${label('You write')}  ${step.wrote}.`,
    `   ${label('You run')}  ${screen.paint('strong', `git add . && git commit -m "${step.message}" && git push`)}`,
    `   ${label('You see')}  ${step.shows}`,
    '',
  );
}

/** The title of a part of the story. */
export function heading(screen: Screen, text: string): string {
  const width = screen.interactive ? screen.columns() : 80;
  const rest = '\u2501'.repeat(Math.max(2, width - text.length - 4));
  return screen.paint('title', `\u2501\u2501 ${text} ${rest}`);
}

function tell(screen: Screen, site: DemoSite, said: Map<string, string>, progress: Progress): void {
  const words = progressWords(progress) + (progress.doneMs === null ? '' : '; complete');
  if (said.get(site.name) === words) return;
  said.set(site.name, words);
  screen.log(`${site.name.padEnd(14)}  ${words}`);
}

interface Outcome {
  readonly applied: readonly number[];
  readonly completeMs: number;
  readonly progress: readonly Progress[];
}

function report({ screen }: Stage, step: Step, { applied, completeMs, progress }: Outcome): void {
  const kept = Object.keys(step.runs).join(' and ');
  const verdict =
    step.fails === undefined
      ? `push \u2192 applied ${seconds(Math.min(...applied))} to ${seconds(Math.max(...applied))}; complete everywhere after ${seconds(completeMs)}`
      : `given up after ${seconds(completeMs)}; ${kept} never had fewer ready pods, nor less traffic`;
  screen.print('');
  screen.say(`  ${screen.paint('good', '\u2713')} ${verdict}`);
  screen.print('', `  ${screen.paint('faint', 'Read from the API servers, as kubectl would show it:')}`);
  for (const each of progress) screen.print(...factLines(screen, each));
}

async function statusOf({ screen, showStatus }: Stage, step: Step): Promise<void> {
  screen.print('', `$ ${screen.paint('strong', 'sluice-hub status')}`);
  const exit = await showStatus();
  const wanted = step.fails === undefined ? 0 : 10;
  if (exit !== wanted) throw new Error(`sluice-hub status ended with ${exit ?? 'a signal'} instead of ${wanted}`);
}

/** Watches that what runs keeps its ready replicas and its traffic at every moment, where the new version is meant to fail. */
function keepFloors(stage: Stage, step: Step): { look: (site: DemoSite) => void; check: () => void } {
  const lost: string[] = [];
  const look = (site: DemoSite): void => {
    if (step.fails === undefined) return;
    const sight = sightOf(stage, site);
    for (const [version, share] of Object.entries(step.runs)) {
      const ready = sight.deployments.get(version)?.ready ?? 0;
      if (ready < (replicas[site.name] ?? 0)) lost.push(`testsvc-${version} fell to ${ready} on ${site.name}`);
      const now = sharesOf(sight).get(version) ?? 0;
      if (now < share) lost.push(`${version} fell to ${now}% of the traffic on ${site.name}`);
    }
  };
  const check = (): void => {
    const [first] = lost;
    if (first !== undefined) throw new Error(`${step.title}: ${first}`);
  };
  return { look, check };
}

function firstWrong(stage: Stage, step: Step): string {
  const all = stage.sites.flatMap((site) => wrongs(stage, step, site).map((wrong) => `${site.name}: ${wrong}`));
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : '';
  return `${step.title}: after ${patienceMs / 1000} s still ${all[0] ?? 'unknown'}${more}`;
}

function wrongs(stage: Stage, step: Step, site: DemoSite): string[] {
  const services = stage.watches.get(site.name)?.services() ?? [];
  return wrongsOf(step, { cluster: site.name, sight: sightOf(stage, site), services, row: rowOf(stage, site) });
}

function sightOf({ watches }: Stage, { name }: DemoSite): Sight {
  return watches.get(name)?.sight() ?? { deployments: new Map(), route: null };
}

function rowOf({ feed }: Stage, { name }: DemoSite) {
  return feed.view()?.applications.find(({ cluster }) => cluster === name);
}
