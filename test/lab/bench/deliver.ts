import { initKeys } from '../../../hub/keys/hub-keys.ts';
import type { JudgedBy } from '../../../hub/model/health.ts';
import type { Metrics } from '../../../hub/model/metrics.ts';
import type { ReceivedReport } from '../../../hub/model/reports.ts';
import type { State } from '../../../hub/model/state.ts';
import type { PassResult } from '../../../hub/pass.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { memoryHub } from '../../fixtures/hub/memory-hub.ts';
import { openPassesOn, type Passes } from '../../fixtures/hub/passes.ts';
import { enrolledCluster, published, reportOf, settledApp } from '../../fixtures/hub/status.ts';
import { watchLoop } from '../../fixtures/loop.ts';
import { quantile, type Book } from './figures.ts';
import { configMap } from './objects.ts';

const [applications, rounds, inFlight] = [20, 7, 100];

/** A hub in this process with the reports of its agents. */
interface Scene {
  readonly passes: Passes;
  readonly book: Book;
  readonly names: readonly string[];
  readonly reports: Map<string, ReceivedReport>;
  /** Milliseconds of the stages of the last pass. */
  readonly stages: Map<string, number>;
  /** A second goes by with each pass, however long that takes: on a slow machine clusters would fall silent. */
  readonly clock: Clock;
}

/**
 * Whole passes of a hub with 20 applications on each of its clusters, while one of them goes from wave to wave, 100 clusters at a time.
 * Stores are in memory: what is measured is what is decided, and the bundles of 100 clusters.
 */
export async function measureDeliver(book: Book, folder: string, clusters: number): Promise<void> {
  const names = Array.from({ length: clusters }, (_, index) => `c${String(index).padStart(5, '0')}`);
  const stages = new Map<string, number>();
  const reports = new Map<string, ReceivedReport>();
  const metrics = {
    stage: (name: string, ms: number) => void stages.set(name, ms),
    published: () => undefined,
  } as unknown as Metrics;
  const records = names.map((name, index) =>
    enrolledCluster(name, { labels: { fleet: 'all', tier: index % 100 === 0 ? 'canary' : 'prod' } }),
  );
  let time = Date.now();
  const clock: Clock = { ...systemClock, now: () => time };
  const judged: JudgedBy = Object.assign(() => undefined, { saysNothing: () => true });
  const given = { reports: () => reports, metrics, judged, clock, listeningSince: time };
  const opened = await openPassesOn(memoryHub(initKeys(`${folder}/keys`), { clock }), records, given);
  const run: Passes['run'] = (files) => {
    time += 1_000;
    return opened.run(files);
  };
  const passes = { ...opened, run };
  try {
    await measureScene({ passes, book, names, reports, stages, clock });
  } finally {
    await passes.close();
  }
}

async function measureScene(scene: Scene): Promise<void> {
  const { book, names, passes, reports, stages, clock } = scene;
  book.say(`${names.length} clusters of ${applications} applications: the first bundles`);
  // An agent reports before it has anything: until then its cluster counts as away.
  for (const name of names) {
    reports.set(name, { report: reportOf(published(name, []), [], { accepted: null }), receivedAt: clock.now() });
  }
  const all = Array.from({ length: applications }, (_, number) => number);
  let result = await passes.run(
    Object.fromEntries(all.map((number) => [`app-${number}.yaml`, application(number, 0)])),
  );
  await settled(scene, result);
  book.say('the first wave of the next revision');
  result = await settled(scene, await passes.run({ 'app-0.yaml': application(0, 1) }));
  const loop = watchLoop();
  const taken: Record<'pass' | 'report' | 'advance', number[]> = { pass: [], report: [], advance: [] };
  let longest = 0;
  for (let round = 0; round < rounds; round += 1) {
    const [first = '', ...others] = result.clusters;
    loop.longest();
    say(scene, result.state, [first]);
    taken.report.push(await msOf(() => passes.run()));
    taken.advance.push(stages.get('deliver') ?? 0);
    say(scene, result.state, others);
    const begun = performance.now();
    result = await passes.run();
    taken.pass.push(performance.now() - begun);
    longest = Math.max(longest, loop.longest());
    if (result.clusters.length === 0) throw new Error('the wave does not move');
    book.say(
      `${result.clusters.length} clusters; ms: ${[...stages].map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(', ')}`,
    );
  }
  loop.stop();
  const add = (name: string, value: number, most: number, note: string): void =>
    book.add({ name, value, unit: 'ms', most, note });
  add('deliver-pass-ms', quantile(taken.pass, 0.5), 1_000, `the next ${inFlight} clusters are given their content`);
  add('deliver-report-ms', quantile(taken.report, 0.5), 100, 'a pass after one cluster reported');
  add('deliver-advance-ms', quantile(taken.advance, 0.5), 10, 'the engine in it');
  add('deliver-lag-ms', longest, 50, 'the longest turn of the event loop, in CPU time');
}

/** Passes and reports of all that was published, until nothing more is. */
async function settled(scene: Scene, first: PassResult): Promise<PassResult> {
  let result = first;
  for (;;) {
    say(scene, result.state, scene.names);
    const next = await scene.passes.run();
    if (next.clusters.length === 0) return result;
    result = next;
    if (next.clusters.length <= inFlight && result.clusters.length < scene.names.length) return next;
  }
}

/** Agents of some clusters report that all is applied and healthy. */
function say({ reports, clock }: Scene, { bundles }: Pick<State, 'bundles'>, clusters: readonly string[]): void {
  const now = clock.now();
  for (const name of clusters) {
    const bundle = bundles.get(name);
    if (bundle === undefined || reports.get(name)?.report.accepted?.generation === bundle.revision.generation) continue;
    const apps = bundle.revision.apps.map((app) => settledApp(app));
    reports.set(name, { report: reportOf(bundle, apps), receivedAt: now });
  }
}

function application(number: number, round: number): string {
  const objects = ['a', 'b'].map((name) => configMap(`app-${number}-${name}`, `round ${round}`));
  const waves = round === 0 ? {} : { waves: [{ name: 'canary', clusters: { labels: { tier: 'canary' } } }] };
  const spec = {
    components: [{ name: 'objects', type: 'k8s-objects', properties: { objects } }],
    policies: [
      { name: 'fleet', type: 'topology', properties: { clusterLabelSelector: { fleet: 'all' } } },
      { name: 'waves', type: 'rollout', properties: { maxConcurrent: round === 0 ? '100%' : inFlight, ...waves } },
    ],
  };
  // JSON is YAML.
  return `${JSON.stringify({ kind: 'Application', metadata: { name: `app-${number}` }, spec }, null, 1)}\n`;
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
