import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openReporter, type Reporter } from '../../../agent/report/reporter.ts';
import { readReport } from '../../../hub/collect/authenticate.ts';
import { openReports, type ReceivedReports } from '../../../hub/collect/reports.ts';
import type { ReportStore } from '../../../hub/model/report-store.ts';
import type { ReceivedReport } from '../../../hub/model/reports.ts';
import { SluiceError } from '../../../shared/errors.ts';
import { by } from '../../../shared/lib/order.ts';
import { appKey } from '../../../shared/wire/bundle.ts';
import { newSeed, signerOf } from '../../../shared/wire/envelope.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { AgentReport, ReportAnswer, ReportApp } from '../../../shared/wire/report.ts';
import { encodeMessage } from '../../../shared/wire/report-message.ts';
import { manualClock, silentLog } from '../../fakes/agent.ts';
import { bundleApp, enrolledCluster, published, reportOf, settledApp, stateOf } from '../../fixtures/hub/status.ts';

const keys = [signerOf(newSeed()), signerOf(newSeed())] as const;
const heartbeatMs = 300_000;
const { signal } = new AbortController();

/** What happens: in the cluster, on the way, and to the programs. */
type Event =
  | { readonly kind: 'change'; readonly app: number; readonly health: 0 | 1 | 2 | null }
  | { readonly kind: 'condition'; readonly isTrue: boolean }
  | { readonly kind: 'offer'; readonly network: 'well' | 'request lost' | 'answer lost' | 'hub busy' }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'again'; readonly nth: number }
  | { readonly kind: 'poll' }
  | { readonly kind: 'hub restart'; readonly loses: 'nothing' | 'the last' | 'all' }
  | { readonly kind: 'disk'; readonly isFull: boolean }
  | { readonly kind: 'agent restart'; readonly format: 1 | 2; readonly backMs: number }
  | { readonly kind: 'hub reads'; readonly format: 1 | 2 }
  | { readonly kind: 'key'; readonly index: 0 | 1 };

const losses = fc.constantFrom('nothing' as const, 'the last' as const, 'all' as const);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      app: fc.nat(3),
      health: fc.constantFrom(0 as const, 1 as const, 2 as const, null),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('condition' as const), isTrue: fc.boolean() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('offer' as const),
      network: fc.constantFrom(...(['well', 'well', 'well', 'request lost', 'answer lost', 'hub busy'] as const)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(0, 1, 60_000, heartbeatMs) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('again' as const), nth: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('poll' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('hub restart' as const),
      loses: losses,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk' as const), isFull: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('agent restart' as const),
      format: fc.constantFrom(1 as const, 2 as const, 2 as const),
      backMs: fc.constantFrom(0, 0, 1, 60_000, heartbeatMs),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('hub reads' as const), format: fc.constantFrom(1 as const, 2 as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('key' as const), index: fc.constantFrom(0 as const, 1 as const) }),
  },
);

/** One agent and one hub, and the way between them. */
async function startWorld() {
  const clock = manualClock();
  const hubClock = manualClock();
  let key: 0 | 1 = 0;
  const saved: ReceivedReport[] = [];
  let isFull = false;
  const store: ReportStore = {
    load: () => Promise.resolve(saved.slice(-1)),
    save: (received) => {
      if (isFull) return Promise.reject(new Error('the disk is full'));
      saved.push(received);
      return Promise.resolve();
    },
    forget: () => Promise.resolve(),
  };
  const state = () => stateOf([enrolledCluster('prod', { agentKey: keys[key].publicKey })]);
  let hub: ReceivedReports = await openReports(store);
  let reads = { report: 1, whole: false };
  let hubFormat = 2;
  let network: Extract<Event, { readonly kind: 'offer' }>['network'] = 'well';
  const acknowledged: number[] = [];
  const came: Buffer[] = [];
  const healths = new Map<number, ReportApp['health']>();
  let isTrue = false;
  let backMs = 0;

  const take = async (body: Buffer): Promise<ReportAnswer> => {
    const authentic = readReport(body, state());
    if (authentic.signature !== null && hubFormat === 1) throw new SluiceError('WIRE_INVALID', 'an older hub');
    const { answer, saved: written } = hub.take(authentic, state(), hubClock.now());
    await written.catch(() => Promise.reject(new SluiceError('UNAVAILABLE', 'the disk is full')));
    return answer;
  };
  const agentClock = { ...clock, now: () => clock.now() - backMs };
  const startAgent = (format: 1 | 2): Reporter =>
    openReporter({
      clock: agentClock,
      random: () => 0,
      log: silentLog,
      settings: { heartbeatMs } as Parameters<typeof openReporter>[0]['settings'],
      hubReads: () => (format === 1 ? { ...reads, report: 1 } : reads),
      deliver: async (message) => {
        const body = encodeMessage(message, keys[key]);
        came.push(body);
        if (network === 'request lost') throw new SluiceError('UNAVAILABLE', 'no way');
        const answer = await take(body).finally(() => (reads = { report: hubFormat, whole: false }));
        if (network === 'answer lost') throw new SluiceError('TIMEOUT', 'no answer');
        if (network === 'hub busy') throw new SluiceError('TOO_MANY_REQUESTS', 'later');
        acknowledged.push(answer.sequence);
        return formats.reportAnswer.decode(formats.reportAnswer.encode(answer));
      },
    });
  let agent = startAgent(2);

  const report = (): AgentReport => ({
    ...reportOf(published('prod', []), [], { sequence: 0 }),
    issuedAt: new Date(agentClock.now()).toISOString(),
    apps: [...healths].map(([n, health]) => settledApp(bundleApp(`app-${n}`), { health, observedAt: undefined })),
    conditions: isTrue
      ? [{ type: 'Held', status: 'True', reason: 'Site', message: '', since: new Date(0).toISOString() }]
      : [],
  });
  const offer = () => agent.offer({ report: report(), envelope: null }, signal);
  const words = ['Healthy', 'Progressing', 'Degraded'] as const;
  const move = (ms: number) => {
    clock.move(ms);
    hubClock.move(ms);
  };

  const act: { readonly [K in Event['kind']]: (one: Extract<Event, { readonly kind: K }>) => unknown } = {
    change: ({ app, health }) => (health === null ? healths.delete(app) : healths.set(app, words[health])),
    condition: (one) => (isTrue = one.isTrue),
    offer: (one) => {
      network = one.network;
      return offer();
    },
    time: ({ ms }) => move(ms),
    again: ({ nth }) => {
      const body = came[nth % Math.max(1, came.length)];
      return body === undefined ? undefined : take(body).catch(() => undefined);
    },
    poll: () => (reads = { report: hubFormat, whole: hub.lacks(state().clusters.get('prod')!.registration) }),
    'hub restart': async ({ loses }) => {
      if (loses === 'all') saved.length = 0;
      if (loses === 'the last') saved.pop();
      hub = await openReports(store);
    },
    disk: (one) => (isFull = one.isFull),
    'agent restart': (one) => {
      backMs = one.backMs;
      agent = startAgent(one.format);
    },
    'hub reads': ({ format }) => (hubFormat = format),
    key: ({ index }) => (key = index),
  };
  return {
    do: async (one: Event) => {
      await (act[one.kind] as (of: Event) => unknown)(one);
    },
    /** From here on all is well: a few heartbeats later the hub must know everything. */
    settle: async () => {
      [network, isFull] = ['well', false];
      for (let round = 0; round < 4; round += 1) {
        move(2 * heartbeatMs);
        await offer();
      }
    },
    /** What the hub has, and what it should have. */
    known: () => hub.current(state()).get('prod')?.report ?? null,
    wanted: report,
    acknowledged,
    saved,
  };
}

const facts = ({ agent, accepted, settled, conditions, apps, retired }: AgentReport) => ({
  ...{ agent, accepted, settled, conditions, retired },
  apps: apps.map((app) => ({ ...app, observedAt: undefined })).sort(by(appKey)),
});

it('whatever is lost, doubled, late or started again: in the end the hub has the very report that a whole one would be', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 60 }), losses, async (events, loses) => {
      const world = await startWorld();
      for (const one of events) await world.do(one);
      // Nothing changes any more that would bring up what was lost.
      await world.do({ kind: 'hub restart', loses });
      await world.settle();
      expect(facts(world.known()!)).toEqual(facts(world.wanted()));
    }),
    { numRuns: 400 },
  );
});

it('what the hub acknowledged is on its disk', async () => {
  const harmless = event.filter(({ kind }) => kind !== 'hub restart');
  await fc.assert(
    fc.asyncProperty(fc.array(harmless, { maxLength: 60 }), async (events) => {
      const world = await startWorld();
      for (const one of events) {
        await world.do(one);
        const newest = world.saved.at(-1)?.report.sequence ?? 0;
        expect(Math.max(0, ...world.acknowledged)).toBeLessThanOrEqual(newest);
      }
    }),
    { numRuns: 200 },
  );
});
