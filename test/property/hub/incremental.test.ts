import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decide } from '../../../hub/deliver/decide.ts';
import { initKeys } from '../../../hub/keys/hub-keys.ts';
import type { Changes } from '../../../hub/model/changes.ts';
import { deliveryName, deliveryVerdicts } from '../../../hub/model/delivery.ts';
import type { CheckedHealth, HealthVerdict, JudgedBy } from '../../../hub/model/health.ts';
import type { ClusterRecord } from '../../../hub/model/registry.ts';
import type { State } from '../../../hub/model/state.ts';
import { newRenderMemory } from '../../../hub/render/memory.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { Agents } from '../../fixtures/hub/agents.ts';
import { memoryHub } from '../../fixtures/hub/memory-hub.ts';
import { openPassesOn, type Passes } from '../../fixtures/hub/passes.ts';
import { enrolledCluster } from '../../fixtures/hub/status.ts';

const start = Date.parse('2026-03-01T12:00:00Z');
const [clusters, apps] = [['a', 'b', 'c', 'd', 'e', 'f'] as const, [0, 1, 2] as const];
const folder = mkdtempSync(join(tmpdir(), 'sluice-incremental-'));
const keys = initKeys(join(folder, 'keys'));
afterAll(() => rmSync(folder, { recursive: true }));

const component = (app: number, value: number): object => {
  const objects = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `app-${app}` }, data: { value: `${value}` } },
  ];
  return { name: 'objects', type: 'k8s-objects', properties: { objects } };
};
const document = (kind: string, app: number, spec: object, annotations: object = {}): string =>
  `---\n${JSON.stringify({ kind, metadata: { name: `app-${app}`, annotations }, spec })}\n`;
const topology = { name: 'where', type: 'topology', properties: { clusterLabelSelector: { tier: 'prod' } } };
const waves = {
  ...{ name: 'waves', type: 'rollout' },
  properties: {
    maxConcurrent: 2,
    progressDeadline: '5m',
    waves: [{ name: 'first', clusters: { count: 1 }, soak: '1m' }],
  },
};
const placed = (app: number, value: number, placement: object, more: object = {}): string =>
  document('Application', app, { components: [component(app, value)] }, { 'app.oam.dev/revision-only': 'true' }) +
  document('ApplicationDeployment', app, {
    appRevisions: [{ revisionName: `app-${app}-v1`, placement: [placement] }],
    ...more,
  });
const prod = { clusterSelector: { labels: { tier: 'prod' }, pick: 'all' } };

const steps = [{ replicas: '50%', weight: 50 }];
const bringing = { name: 'note', type: 'export2config', properties: { configName: 'note', cluster: 'a', data: {} } };
/** A component, and the step that gives it to a cluster, one after the other. */
const one = (name: string, cluster: string) => ({
  ...{ name: `${name}-${cluster}`, type: 'apply-component' },
  properties: { component: name, cluster },
});

/** The ways in which the documents of an application are written. */
const forms: readonly ((app: number, value: number) => string | null)[] = [
  (app, value) => document('Application', app, { components: [component(app, value)], policies: [topology] }),
  (app, value) => document('Application', app, { components: [component(app, value)], policies: [topology, waves] }),
  (app, value) => placed(app, value, prod),
  (app, value) => placed(app, value, { clusterSelector: { labels: { tier: 'prod' }, pick: 2 } }),
  (app, value) => placed(app, value, { clusterSelector: { labels: { tier: 'no such' }, pick: 'all' } }),
  (app) => document('Application', app, { components: [{ name: 'objects', type: 'no-such-type', properties: {} }] }),
  () => null,
  // Clusters are told of the delivery, and go through its steps.
  (app, value) =>
    placed(app, value, { ...prod, distribution: { replicas: value + 1 } }, { rollout: { ...waves.properties, steps } }),
  // Steps bring objects beside those of the component.
  (app, value) => {
    const deploy = { name: 'all', type: 'deploy', properties: { policies: ['where'] } };
    const data = { app: `${app}`, value: `${value}` };
    const note = { ...bringing, properties: { ...bringing.properties, configName: `note-${app}`, data } };
    const spec = { components: [component(app, value)], policies: [topology, waves] };
    return document('Application', app, { ...spec, workflow: { steps: [deploy, note] } });
  },
  // Components come one after the other.
  (app, value) => {
    const more = { ...component(app + 10, value), name: 'more' };
    const each = ['objects', 'more'].flatMap((name) => ['a', 'b'].map((cluster) => one(name, cluster)));
    return document('Application', app, { components: [component(app, value), more], workflow: { steps: each } });
  },
];

const change = fc.oneof(
  fc.record({
    do: fc.constant('push' as const),
    app: fc.constantFrom(...apps),
    value: fc.nat({ max: 3 }),
    form: fc.nat({ max: forms.length - 1 }),
  }),
  fc.record({
    do: fc.constantFrom('label', 'remove', 'revoke', 'join', 'away', 'back', 'hold', 'free'),
    cluster: fc.constantFrom(...clusters),
    tier: fc.constantFrom('prod', 'test'),
  }),
  fc.record({ do: fc.constant('report' as const), some: fc.subarray([...clusters]) }),
  fc.record({ do: fc.constant('time' as const), minutes: fc.constantFrom(0.5, 2, 6) }),
  fc.record({
    do: fc.constant('break' as const),
    app: fc.constantFrom(...apps),
    number: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    do: fc.constant('judge' as const),
    app: fc.constantFrom(...apps),
    cluster: fc.constantFrom(...clusters),
    word: fc.constantFrom('healthy', 'unhealthy', 'unknown', 'awaited', null),
  }),
  fc.record({
    do: fc.constant('decide' as const),
    app: fc.constantFrom(...apps),
    verdict: fc.constantFrom(...deliveryVerdicts),
  }),
  fc.record({ do: fc.constantFrom('approve', 'restart') }),
);
type Act = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** What happens around hubs: the same to each of them. */
class World {
  now = start;
  readonly files = new Map<string, string | null>();
  readonly agents = new Agents();
  readonly #verdicts = new Map<string, { readonly word: CheckedHealth['health'] | 'awaited'; readonly at: number }>();
  readonly #said = new Map<string, HealthVerdict>();
  joined = 0;

  judged: JudgedBy = (app, cluster, { digest }) => {
    const verdict = this.#verdicts.get(`${app} ${cluster}`);
    if (verdict === undefined || verdict.word === 'awaited') return verdict?.word as 'awaited' | undefined;
    const { word, at } = verdict;
    const key = JSON.stringify([app, cluster, digest, verdict]);
    const known = this.#said.get(key);
    const checked = [{ component: 'objects', health: word, message: '', details: {} }];
    const said = known ?? { digest, checked, unhealthySince: word === 'unhealthy' ? at : null, since: at };
    this.#said.set(key, said);
    return said;
  };

  saysNothing(app: string): boolean {
    return ![...this.#verdicts.keys()].some((key) => key.startsWith(`${app} `));
  }

  /** What an act changes in the state of a hub. */
  changes(act: Act, state: State): Changes {
    if (act.do === 'approve') {
      const [first] = state.guarded;
      if (first === undefined) return {};
      const { change: name, generation, ids } = first;
      const at = new Date(this.now).toISOString();
      return { approvals: [...state.approvals, { change: name, generation, ids: [...ids], by: 'ada', at }] };
    }
    if (act.do === 'decide') return this.#decision(`default/app-${act.app}`, act.verdict, state);
    if (!('tier' in act)) return {};
    const record = this.#record(act, state.clusters.get(act.cluster));
    return record === null ? {} : { clusters: new Map([[act.cluster, record]]) };
  }

  #decision(app: string, verdict: (typeof deliveryVerdicts)[number], state: State): Changes {
    const record = state.deliveries.get(app);
    if (record === undefined) return {};
    const decision = {
      verdict,
      name: deliveryName(record),
      by: 'ada',
      at: new Date(this.now).toISOString(),
      reason: '',
    };
    try {
      return {
        deliveries: new Map([[app, decide(record, decision, { asks: [], steps: [], failed: [], inSteps: [] })]]),
      };
    } catch (error) {
      if (isSluiceError(error, 'CONFLICT')) return {};
      throw error;
    }
  }

  #record(act: Extract<Act, { tier: string }>, record: ClusterRecord | undefined): ClusterRecord | null {
    const labels = { tier: act.tier };
    if (act.do === 'join') {
      const registration = `00000000-0000-4000-8000-${String(this.joined).padStart(12, '0')}`;
      return enrolledCluster(act.cluster, { labels, registration });
    }
    if (record === undefined) return null;
    if (act.do === 'label') return { ...record, labels };
    if (act.do === 'remove') return { ...record, decommission: 'orphan' };
    return act.do === 'revoke' ? { ...record, revoked: true } : null;
  }

  /** What an act does outside of hubs; `state` is what they published. */
  happens(act: Act, state: State): void {
    const { agents } = this;
    if (act.do === 'push') this.files.set(`app-${act.app}.yaml`, forms[act.form]?.(act.app, act.value) ?? null);
    if (act.do === 'join') this.joined += 1;
    if ('tier' in act) this.#site(act);
    if (act.do === 'break') agents.broken.add(`app-${act.app}-v${act.number}`);
    if (act.do === 'time') this.now += act.minutes * 60_000;
    if (act.do === 'judge') this.#judge(act);
    if (act.do === 'report') {
      const some = new Set<string>(act.some);
      agents.report({ bundles: new Map([...state.bundles].filter(([name]) => some.has(name))) }, this.now);
    }
  }

  #site({ do: what, cluster }: Extract<Act, { tier: string }>): void {
    const { away, holds } = this.agents;
    if (what === 'away') away.add(cluster);
    if (what === 'back') away.delete(cluster);
    if (what === 'hold') holds.set(cluster, 'a window of the site');
    if (what === 'free') holds.delete(cluster);
  }

  #judge({ app, cluster, word }: Extract<Act, { do: 'judge' }>): void {
    const key = `default/app-${app} ${cluster}`;
    if (word === null) this.#verdicts.delete(key);
    else this.#verdicts.set(key, { word, at: this.now });
  }
}

/** A hub of the world; `isFull`: it decides everything anew with each pass, because nothing that it sees is a value that it saw before. */
async function hubOf(world: World, isFull: boolean) {
  const clock = { ...systemClock, now: () => world.now };
  const copied = <T>(value: T): T => (isFull ? structuredClone(value) : value);
  const records = clusters.map((name, index) =>
    enrolledCluster(name, { labels: { tier: index < 4 ? 'prod' : 'test' } }),
  );
  const passes: Passes = await openPassesOn(memoryHub(keys, { clock, isCopied: isFull }), records, {
    clock,
    listeningSince: start,
    reports: () => copied(world.agents.reports()),
    judged: Object.assign((...asked: Parameters<JudgedBy>) => copied(world.judged(...asked)), {
      saysNothing: (app: string) => world.saysNothing(app),
    }),
  });
  const { parts } = passes;
  const decide = async (act: Act) => {
    const view = await parts.store.read();
    const changes = world.changes(act, view);
    await parts.store.commit({ base: view.base, changes, message: '', at: world.now });
  };
  const forget = (): void => {
    Object.assign(parts.rendered, newRenderMemory());
    Object.assign(parts.memory, { last: null, passedOver: [], kept: undefined });
    Object.assign(parts.planned, { last: null });
  };
  /** What a process knows beside its state is gone: the same for a hub that keeps nothing. */
  const restart = (): void => {
    forget();
    Object.assign(parts.holds, { last: null, found: undefined });
    Object.assign(parts.progress, { last: null });
    Object.assign(parts.parts, { published: new Map() });
  };
  const run = async () => {
    if (isFull) {
      forget();
      Object.assign(parts.holds, { last: structuredClone(parts.holds.last), found: undefined });
    }
    const result = await passes.run(Object.fromEntries(world.files));
    return {
      result,
      said: saidOf(result.state, { holds: result.holds, due: result.due, progress: parts.progress.last }),
    };
  };
  return { decide, run, restart, close: passes.close };
}

/** All that a hub decided, but for signatures and times of the wire. */
function saidOf(state: State, more: object): unknown {
  const bundles = [...state.bundles].map(([cluster, { revision }]) => {
    const { generation, registration, labels, apps: all, retired, approvals, decommission, source } = revision;
    return { cluster, generation, registration, labels, all, retired, approvals, decommission, source };
  });
  const { documents, revisions, clusters: registry, picks, deliveries, guarded, approvals, problems } = state;
  return { bundles, documents, revisions, registry, picks, deliveries, guarded, approvals, problems, ...more };
}

/** Plays a story on a hub that keeps what it can, and on one that keeps nothing: both decide the same with each pass. */
async function play(story: readonly (readonly Act[])[]): Promise<void> {
  const world = new World();
  const hubs = [await hubOf(world, false), await hubOf(world, true)] as const;
  const runBoth = async (): Promise<State> => {
    const [kept, full] = [await hubs[0].run(), await hubs[1].run()];
    expect(kept.said).toEqual(full.said);
    return kept.result.state;
  };
  try {
    let state = await runBoth();
    for (const act of story.flatMap((acts) => [...acts, null])) {
      if (act === null) {
        await runBoth();
        state = await runBoth();
        continue;
      }
      if (act.do === 'restart') hubs.forEach((hub) => hub.restart());
      for (const hub of hubs) await hub.decide(act);
      world.happens(act, state);
    }
  } finally {
    for (const hub of hubs) await hub.close();
  }
}

describe('a hub that decides again only what changed', () => {
  const runs = Number(process.env['PROPERTY_RUNS'] ?? 4);
  const timeout = 60_000 + 10_000 * runs;
  it('decides what one decides that looks at everything with each pass', { timeout }, async () => {
    const stories = fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 14 });
    const begun: readonly Act[] = [
      { do: 'push', app: 0, value: 0, form: 0 },
      { do: 'push', app: 1, value: 0, form: 2 },
    ];
    // A delivery in waves is under way when the rest begins.
    const all = [...clusters];
    const under: readonly (readonly Act[])[] = [
      [{ do: 'push', app: 2, value: 0, form: 0 }],
      // One joins after the other; then all run what is stable, or nothing of what is wanted would be kept.
      ...Array.from({ length: 6 }, (): readonly Act[] => [{ do: 'report', some: all }]),
      [{ do: 'push', app: 2, value: 1, form: 1 }],
      [{ do: 'report', some: all }],
      [{ do: 'time', minutes: 2 }],
      [{ do: 'report', some: all }],
      [{ do: 'report', some: ['a', 'b'] }],
      // Steps bring objects, and components come one after the other.
      [
        { do: 'push', app: 0, value: 1, form: 8 },
        { do: 'push', app: 1, value: 1, form: 9 },
      ],
      ...Array.from({ length: 3 }, (): readonly Act[] => [{ do: 'report', some: all }]),
    ];
    await fc.assert(
      fc.asyncProperty(stories, (story) => play([begun, ...under, ...story])),
      { numRuns: runs, seed: 20261127, endOnFailure: true },
    );
  });
});
