import { describe, expect, it } from 'vitest';
import type { ReceivedReports } from '../../../../hub/collect/reports.ts';
import type { HealthJudge } from '../../../../hub/health/judge.ts';
import type { HealthVerdict, JudgedBy } from '../../../../hub/model/health.ts';
import {
  hubFactsOf,
  knownOfFacts,
  listBundles,
  listDocuments,
  listRecorded,
  listRegistered,
  stateOfFacts,
} from '../../../../hub/operations/facts.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';
import { revisionRecord } from '../../../fixtures/hub/facts.ts';
import { seen } from '../../../fixtures/hub/ledger.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  received,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const revisions = {
  revisions: new Map([['default/web', [revisionRecord('default/web', 1)]]]),
  newest: new Map([['default/web', 'web-v1']]),
};
const sized = (name: string, objects: number) =>
  published(name, [], { bundle: { digest: `sha256:${'0'.repeat(64)}`, objects, bytes: 0 } });
const state = stateOf(
  [enrolledCluster('a', { token: { publicKey: 'T', expires: 'e' } })],
  [sized('c', 1_500), sized('a', 400), sized('b', 1_600)],
  {
    documents: [seen('default/web')],
    broken: ['sha256:b'],
    revisions,
    picks: new Map([['__proto__', ['a']]]),
  },
);
const sizes = () => new Map([['objects/a.json', 12]]);
const report = reportOf(sized('a', 400), [settledApp(bundleApp('web'), { message: 'm'.repeat(300) })]);
const reports = { current: () => new Map([['a', received(report)]]) } as unknown as ReceivedReports;
const health = { judged: () => undefined } as unknown as HealthJudge;
const clock = { now: () => now } as Clock;
const parts = { state: () => state, localCluster: 'a', sizes, reports, health, clock };

describe('the facts of a hub', () => {
  it('have no key and no token', () => {
    const facts = hubFactsOf(parts);
    const { clusters } = listRegistered(parts, {});
    expect(clusters).toMatchObject([{ name: 'a', agentKey: null, token: null }]);
    expect(JSON.stringify(facts)).not.toContain('agentKey');
  });

  it('are the state again on the other side, after their way as JSON', () => {
    const paged = {
      ...listDocuments(parts, {}),
      ...listRegistered(parts, {}),
      ...listRecorded(parts, {}),
      ...listBundles(parts, {}),
    };
    const told = JSON.parse(JSON.stringify({ facts: hubFactsOf(parts), paged })) as {
      facts: ReturnType<typeof hubFactsOf>;
      paged: typeof paged;
    };
    const { clusters, bundles: read, ...rest } = stateOfFacts(told.facts, told.paged);
    expect(rest).toEqual({
      channel: state.channel,
      epoch: 1,
      source: state.source,
      documents: state.documents,
      broken: ['sha256:b'],
      revisions,
      picks: state.picks,
      guarded: [],
      approvals: [],
      tokens: [],
      problems: [],
      // A preview asks for none: it tells what the documents say.
      deliveries: new Map(),
      freeze: null,
    });
    expect([...clusters.keys()]).toEqual(['a']);
    expect(read.get('a')?.revision).toEqual(state.bundles.get('a')?.revision);
  });
});

describe('the bundles of a hub', () => {
  const page = (after?: string) => {
    const { bundles, next } = listBundles(parts, after === undefined ? {} : { after });
    return [bundles.map(({ cluster }) => cluster), next];
  };

  it.each<[after: string | undefined, names: readonly string[], next: string | null]>([
    [undefined, ['a', 'b'], 'b'],
    ['a', ['b'], 'b'],
    ['b', ['c'], null],
    ['bb', ['c'], null],
    ['c', [], null],
  ])('after %j are a page by name', (after, names, next) => {
    expect(page(after)).toEqual([names, next]);
  });

  it('are one at least on a page, however large it is', () => {
    const large = { ...parts, state: () => stateOf([], [sized('a', 4_000), sized('b', 1)]) };
    expect(listBundles(large, {})).toMatchObject({ bundles: [{ cluster: 'a' }], next: 'a' });
  });
});

describe('what agents said', () => {
  const verdict = (health: 'healthy' | 'unhealthy'): HealthVerdict => ({
    ...{ digest: bundleApp('web').digest, unhealthySince: now, since: null },
    checked: [{ component: 'web', health, message: '', details: {} }],
  });
  it.each<[ReturnType<JudgedBy>, string]>([
    [undefined, 'Healthy'],
    ['awaited', 'Unknown'],
    [verdict('healthy'), 'Healthy'],
    [verdict('unhealthy'), 'Progressing'],
  ])('is as well as its definitions say: %j', (judged, expected) => {
    const bundles = [published('a', [bundleApp('web')])];
    const asked = { ...parts, state: () => stateOf([], bundles), health: { judged: () => judged } as never };
    expect(listBundles(asked, {}).bundles[0]?.said?.apps).toMatchObject([{ health: expected }]);
  });
});

describe('what agents said, and the sizes of what was published', () => {
  const { bundles } = listBundles({ ...parts, state: () => stateOf([], [sized('a', 1), sized('b', 1)]) }, {});
  const known = knownOfFacts(hubFactsOf(parts), JSON.parse(JSON.stringify(bundles)) as typeof bundles);

  it('come with the bundles of each cluster, short', () => {
    expect([...known.reports.keys()]).toEqual(['a']);
    const { report: told } = known.reports.get('a')!;
    expect([told.registration, told.agent.kubernetes]).toEqual([report.registration, 'v1.36.3']);
    expect(told.apps).toMatchObject([{ name: 'web', applied: bundleApp('web').digest, health: 'Healthy' }]);
    expect(told.apps[0]?.message).toHaveLength(200);
    expect(known.sizes({ cluster: 'b' }).get('objects/a.json')).toBe(12);
  });

  it('settle nothing, and offer nothing', () => {
    const { report: told } = known.reports.get('a')!;
    expect([told.settled, told.accepted, told.agent.capabilities]).toEqual([false, null, []]);
  });
});

describe('the documents and the clusters of a hub', () => {
  const names = Array.from({ length: 1_100 }, (_, n) => `x${String(n).padStart(4, '0')}`);
  const many = stateOf(
    names.map((name) => enrolledCluster(name)),
    [],
    { documents: names.map((name) => seen(`default/${name}`)).reverse() },
  );

  it.each<[string, (after: string) => { readonly next: string | null; readonly names: readonly string[] }]>([
    [
      'documents',
      (after) => {
        const { documents, next } = listDocuments({ state: () => many }, { after });
        return { next, names: (documents as ReturnType<typeof seen>[]).map(({ key }) => key.replace('default/', '')) };
      },
    ],
    [
      'clusters',
      (after) => {
        const { clusters, next } = listRegistered({ state: () => many }, { after });
        return { next, names: (clusters as ReturnType<typeof enrolledCluster>[]).map(({ name }) => name) };
      },
    ],
  ])('come a page at a time, in order and each once: %s', (_, ask) => {
    const pages: (readonly string[])[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page = ask(after);
      pages.push(page.names);
      after = page.next;
    }
    expect(pages.map(({ length }) => length)).toEqual([500, 500, 100]);
    expect(pages.flat()).toEqual(names);
  });
});

describe('the recorded revisions of a hub', () => {
  const many = new Map(
    ['a/x', 'b/x', 'c/x'].map(
      (app) => [app, Array.from({ length: 300 }, (_, n) => revisionRecord(app, n + 1))] as const,
    ),
  );
  const page = (after?: string) => {
    const state = () => stateOf([], [], { revisions: { revisions: many, newest: new Map() } });
    const answer = listRecorded({ state }, after === undefined ? {} : { after });
    return [Object.keys(answer.revisions), answer.next];
  };

  it.each<[after: string | undefined, names: readonly string[], next: string | null]>([
    [undefined, ['a/x'], 'a/x'],
    ['a/x', ['b/x'], 'b/x'],
    ['b/x', ['c/x'], null],
    ['c/x', [], null],
  ])('after %j are a page by name', (after, names, next) => {
    expect(page(after)).toEqual([names, next]);
  });
});
