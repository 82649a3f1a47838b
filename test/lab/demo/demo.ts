import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Change } from './change.ts';
import { watchCluster, type ClusterWatch } from './cluster-watch.ts';
import { stepFiles } from './examples.ts';
import { farewell } from './farewell.ts';
import { leaveRealClusters } from './leave.ts';
import type { DemoOptions } from './options.ts';
import { playStep, type Figures, type Stage } from './play.ts';
import { track, type Program } from './program.ts';
import { seconds } from './rows.ts';
import { pad, type Screen } from './screen.ts';
import { roles, steps, wayNames, type Way } from './script.ts';
import { openSites, type DemoSite } from './sites.ts';
import { startStatusFeed, type StatusFeed } from './status-feed.ts';
import { startWorld, type World } from './world.ts';

/** What the demo is given. */
export interface Performance {
  readonly screen: Screen;
  readonly change: Change;
  readonly options: DemoOptions;
  /** An empty folder of its own. */
  readonly folder: string;
  /** Resolves when the user wants an end. */
  readonly interrupted: Promise<unknown>;
}

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** Plays the whole story and takes everything down again; answers 0, or throws an Error of one line that says what was not as it should be. */
export async function performDemo(given: Performance): Promise<number> {
  const { screen, options } = given;
  const startedAt = performance.now();
  const open: Opened = { sites: [], watches: new Map(), world: null, feed: null };
  const figures: Figures = { applied: [], complete: [] };
  try {
    const stage = await raise(given, open);
    screen.say(`${screen.paint('good', '\u2713')} everything runs after ${seconds(performance.now() - startedAt)}`);
    for (const step of steps) await playStep(stage, step, figures);
    screen.print('');
    for (const line of summary(figures, performance.now() - startedAt)) screen.say(line(screen));
    if (options.keep && open.world !== null) {
      screen.print('', ...(await farewell(screen, open.world, open.sites)));
      await given.interrupted;
    }
    return 0;
  } finally {
    screen.settle(true);
    await lower(given, open);
  }
}

interface Opened {
  sites: readonly DemoSite[];
  watches: Map<string, ClusterWatch>;
  world: World | null;
  feed: StatusFeed | null;
}

/** Starts every process, one after the other where one needs the other. */
async function raise(given: Performance, open: Opened): Promise<Stage> {
  const { screen, change, folder, options } = given;
  const { happened } = change;
  const { show, note } = startup(screen);
  screen.print(
    `${screen.paint('title', 'Sluice')}: a Git server, a hub, and three clusters with an agent each, on loopback.`,
    '',
  );
  show();
  const [sites, world] = await Promise.all([
    openSites(folder, options.real, ({ name, way, url }) => note(name, url, clusterTitle(way))).then(
      (opened) => (open.sites = opened),
    ),
    startWorld({ folder, localCluster: 'local' }).then((started) => {
      note('Git server', started.config.url);
      note('hub', started.hubUrl);
      return (open.world = started);
    }),
  ]);
  const first = await stepFiles('1-v1', sites, options.images);
  await world.config.push({ 'clusters.yaml': first['clusters.yaml'] ?? '' }, 'three clusters');
  const feed = (open.feed = startStatusFeed(world.dataFolder, projectRoot, happened));
  await Promise.all(
    sites.map(async (site) => {
      const options = { way: site.way, namespace: 'default', changed: happened };
      open.watches.set(site.name, await watchCluster(site.view, options));
      await world.join(site);
    }),
  );
  guard(change, [...world.programs(), ...sites.flatMap(({ program }) => program ?? [])]);
  const missing = (): DemoSite[] => sites.filter(({ name }) => !isReady(feed, name));
  const look = (): boolean => {
    for (const site of sites.filter((one) => isReady(feed, one.name))) note(site.name, `${site.url}, agent joined`);
    return missing().length === 0;
  };
  await change.until(look, patienceMs, () => `the agent of ${missing()[0]?.name ?? ''} has not joined after 60 s`);
  screen.settle(true);
  return {
    screen,
    sites,
    watches: open.watches,
    feed,
    change,
    push: async (step) => world.config.push(await stepFiles(step.folder, sites, options.images), step.message),
    showStatus: () => showStatus(screen, world),
  };
}

const patienceMs = 60_000;

function clusterTitle(way: Way): string {
  return `cluster with ${wayNames[way]}`;
}

/** One line for each thing that starts, with what is known of it. */
function startup(screen: Screen): { show: () => void; note: (name: string, text: string, title?: string) => void } {
  const ways = roles.map(({ name, way }): [string, string] => [name, clusterTitle(way)]);
  const titles = new Map([['Git server', 'config repository'], ['hub', 'one process, no cluster'], ...ways]);
  const known = new Map<string, string>();
  const line = ([name, what]: [string, string]): string =>
    `  ${screen.paint('strong', pad(name, 14))}  ${pad(what, 24)}  ${known.get(name) ?? screen.paint('busy', '\u2026')}`;
  return {
    show: () => screen.live(() => [...titles].map(line)),
    note: (name, text, title) => {
      if (known.get(name) === text) return;
      known.set(name, text);
      if (title !== undefined) titles.set(name, title);
      screen.log(line([name, titles.get(name) ?? '']).trimStart());
      screen.redraw();
    },
  };
}

function isReady(feed: StatusFeed, name: string): boolean {
  const cluster = feed.view()?.clusters.find((one) => one.name === name);
  return cluster?.state === 'joined' && cluster.reportedAt !== null;
}

/** A process that ends by itself ends the demo: everything that waits fails with its last words. */
export function guard(change: Change, programs: readonly Program[]): void {
  for (const program of programs) {
    void program.ended.then(async () => {
      const log = await readFile(program.logFile, 'utf8').catch(() => '');
      change.fail(new Error(`${program.name} ended by itself; its last words: ${lastWords(log)}`));
    });
  }
}

function lastWords(log: string): string {
  const line = log.trimEnd().split('\n').at(-1) ?? '';
  try {
    return String((JSON.parse(line) as { readonly msg?: unknown }).msg);
  } catch {
    return line;
  }
}

/** Runs `sluice-hub status` on this very terminal, or passes on what it prints. */
async function showStatus(screen: Screen, world: World): Promise<number | null> {
  if (!screen.interactive) {
    const { stdout, stderr, status } = await world.run('status');
    screen.print(...`${stdout}${stderr}`.trimEnd().split('\n'));
    return status;
  }
  const child = spawn(process.execPath, ['hub/main.ts', 'status', '--data', world.dataFolder], {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  track(child);
  await once(child, 'exit');
  return child.exitCode;
}

function summary({ applied, complete }: Figures, ms: number): ((screen: Screen) => string)[] {
  const sorted = applied.toSorted((a, b) => a - b);
  const median = seconds(sorted[Math.floor(sorted.length / 2)] ?? 0);
  const head = `\u2713 All as it should be: ${complete.length} pushes to ${roles.length} clusters in ${seconds(ms)}.`;
  return [
    (screen) => screen.paint('good', head),
    () => `  push \u2192 applied: ${median}, the median of ${sorted.length} (from the Git server to each cluster)`,
  ];
}

async function lower({ screen, options }: Performance, open: Opened): Promise<void> {
  open.feed?.close();
  try {
    if (options.real.length > 0 && open.world !== null) await leaveRealClusters(screen, open.world, open.sites);
  } finally {
    for (const watch of open.watches.values()) watch.close();
    await open.world?.stop();
    for (const { view } of open.sites) view.close();
    await Promise.all(open.sites.map(async ({ program }) => program?.stop()));
  }
}
