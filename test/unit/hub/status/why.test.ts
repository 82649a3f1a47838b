import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../../hub/api/rollouts.ts';
import { whyLinks } from '../../../../hub/api/why.ts';
import type { Hold, Holder } from '../../../../hub/model/hold.ts';
import { holdKinds } from '../../../../hub/model/hold.ts';
import { rowsOf } from '../../../../hub/status/row.ts';
import { whyOf } from '../../../../hub/status/why.ts';
import { mends, type WhyFacts } from '../../../../hub/status/why-facts.ts';
import type { ReportApp, ReportCondition } from '../../../../shared/wire/report.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import {
  bundleApp,
  enrolledCluster,
  heartbeat,
  now,
  published,
  received,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const web = bundleApp('web');
const bundle = published('prod', [web]);
const record = enrolledCluster('prod');
const since = '2026-03-01T11:50:00.000Z';

/** An agent that says this of the application, and of its site. */
function said(app: Partial<ReportApp> = {}, conditions: readonly Partial<ReportCondition>[] = [], generation = 7) {
  const all = conditions.map((one): ReportCondition => ({
    ...{ type: 'Held', status: 'True', reason: '', message: 'a word of the site', since },
    ...one,
  }));
  const accepted = { epoch: 1, generation, revisionDigest: bundle.revisionDigest };
  const report = received(reportOf(bundle, [settledApp(web, app)], { conditions: all, accepted }));
  const state = stateOf([record], [bundle]);
  const [row] = rowsOf(record, { state, reports: new Map([['prod', report]]), now, heartbeat });
  return { received: report, row };
}

const hold = (by: Holder, facts: Partial<Hold> = {}): Hold => ({
  ...{ app: 'default/web', cluster: 'prod', by, reason: `a reason of ${by}`, since },
  ...facts,
});

const counts = { total: 3, done: 1, inFlight: 0, waiting: 2, failed: 0, absent: 0, held: 0 };

function rolloutOf(facts: Partial<Rollout> = {}): Rollout {
  return {
    ...{
      app: 'default/web',
      name: 'web#2',
      content: 'web-v2',
      stable: 'web-v1',
      next: null,
      phase: 'running',
      attempt: 1,
    },
    ...{ startedAt: since, endedAt: null, reason: '', steps: [], asks: [], waits: '', todo: null, counts },
    ...{ failed: [], absent: [], held: [], back: [], inSteps: [] },
    ...facts,
  };
}

const waiting = [hold('delivery', { reason: 'web#2 has not reached it yet' })];
const wave = { ...counts, name: 'rest', phase: 'waiting', asks: true, waits: 'an approval', todo: null };
const step = { name: 'all', type: 'deploy', phase: 'running', message: '', steps: [], waves: [wave] };

const well: WhyFacts = {
  unit: 'default/web',
  cluster: 'prod',
  commit: 'c'.repeat(40),
  newest: 'web-v2',
  hasDocument: true,
  unread: null,
  holds: [],
  rollout: null,
  record,
  ...said(),
  stale: false,
  now,
};

const why = (facts: Partial<WhyFacts>) => whyOf({ ...well, ...facts }).stop;

describe('why', () => {
  it('says of what is well that every link holds', () => {
    const { links, stop } = whyOf(well);
    expect(stop).toBeNull();
    expect(links.map(({ link, holds }) => [link, holds])).toEqual(whyLinks.map((link) => [link, true]));
    const details = Object.fromEntries(links.map(({ link, detail }) => [link, detail]));
    expect(details).toMatchObject({
      source: 'commit cccccccccccc',
      render: 'web-v2',
      published: 'generation 7: web-v1',
    });
  });

  it.each<[link: string, what: string, facts: Partial<WhyFacts>, reason: string, mend: string]>([
    ['source', 'a repository that was never read', { commit: null }, 'was not read yet', 'sluice-hub status'],
    [
      'source',
      'one that cannot be read now',
      { unread: { code: 'SOURCE_UNAVAILABLE', message: 'no route', severity: 'error' } },
      'no route',
      'mend the access',
    ],
    ['source', 'no document', { hasDocument: false }, 'its document is gone', 'push'],
    ['source', 'a broken document', { holds: [hold('document')] }, 'a reason of document', 'sluice-hub validate'],
    ['render', 'a template that fails', { holds: [hold('render')] }, 'a reason of render', 'sluice-hub render'],
    [
      'placement',
      'no such cluster',
      { record: undefined },
      'no cluster prod has joined',
      'sluice-hub cluster join prod',
    ],
    [
      'placement',
      'a cluster that leaves',
      { record: { ...record, decommission: 'orphan' } },
      'the cluster is leaving',
      'sluice-hub cluster join prod',
    ],
    [
      'placement',
      'another placement',
      { row: undefined },
      'nothing places it on this cluster',
      'sluice-hub cluster labels prod',
    ],
    ['placement', 'no cluster at all', { cluster: null, row: undefined }, 'nothing places it on a cluster', 'topology'],
    [
      'step',
      'a step that suspends',
      {
        holds: waiting,
        rollout: rolloutOf({
          asks: ['ask'],
          waits: 'step ask waits to be resumed',
          todo: 'sluice-hub rollout approve web#2/ask',
        }),
      },
      'web#2: step ask waits to be resumed',
      'sluice-hub rollout approve web#2/ask',
    ],
    [
      'step',
      'a delivery that is paused',
      { holds: waiting, rollout: rolloutOf({ phase: 'paused', waits: 'it was paused by ann' }) },
      'web#2: it was paused by ann',
      'sluice-hub rollout resume web#2',
    ],
    [
      'step',
      'a delivery that was taken back before',
      {
        holds: [hold('delivery', { reason: 'web#2 was rolled back before it was reached' })],
        rollout: rolloutOf({
          phase: 'rolled-back',
          endedAt: since,
          reason: 'c1 failed',
          todo: '`sluice-hub rollout retry web#2`',
        }),
      },
      'web#2: web#2 was rolled back before it was reached: c1 failed',
      'sluice-hub rollout retry web#2',
    ],
    [
      'wave',
      'a wave that waits for an approval',
      {
        holds: waiting,
        rollout: rolloutOf({
          steps: [step],
          asks: ['all/rest'],
          waits: 'all/rest waits for an approval',
          todo: 'sluice-hub rollout approve web#2/all/rest',
        }),
      },
      'web#2: all/rest waits for an approval',
      'sluice-hub rollout approve web#2/all/rest',
    ],
    [
      'wave',
      'too many that failed',
      {
        holds: waiting,
        rollout: rolloutOf({
          phase: 'halted',
          waits: 'more failed than it tolerates',
          todo: 'sluice-hub rollout abort web#2',
        }),
      },
      'web#2: more failed than it tolerates',
      'abort',
    ],
    [
      'wave',
      'a cluster that is away when its turn comes',
      { holds: waiting, rollout: rolloutOf({ absent: [{ unit: 'prod', reason: 'no report in time' }] }) },
      'web#2: it is away: no report in time',
      'nothing',
    ],
    [
      'wave',
      'content that was taken back here',
      { rollout: rolloutOf({ back: [{ unit: 'prod', reason: 'Degraded after 10m' }] }) },
      'web#2 was taken back here: Degraded after 10m',
      'sluice-hub rollout retry web#2 prod',
    ],
    [
      'hold',
      'a guard',
      { holds: [hold('guard', { change: { ...guarded(), since } })] },
      'a reason of guard',
      `sluice-hub approve ${digestOf('x').slice(7, 19)}`,
    ],
    ['hold', 'what the cluster does not offer', { holds: [hold('capability')] }, 'a reason of capability', 'install'],
    [
      'published',
      'a bundle that has it not yet',
      { row: undefined, holds: [hold('name', { by: 'published' as Holder })] },
      'no bundle of the cluster has it yet',
      'next pass',
    ],
    ['fetched', 'a revoked registration', { record: { ...record, revoked: true } }, 'revoked', '--rekey'],
    [
      'fetched',
      'a site without reports',
      { record: { ...record, reports: false } },
      'without reports',
      'sluice-agent status',
    ],
    [
      'fetched',
      'an agent that never came',
      { record: { ...record, agentKey: null }, received: undefined },
      'its agent has not joined yet',
      'join file',
    ],
    ['fetched', 'no report', { received: undefined }, 'no report yet', 'sluice-agent status'],
    ['fetched', 'silence', { stale: true }, 'no report in time', 'sluice-agent status'],
    ['fetched', 'an older bundle', said({}, [], 6), 'it has generation 6, and waits for generation 7', 'every minute'],
    [
      'verified',
      'a bundle of another key',
      said({}, [{ type: 'Unverified' }], 6),
      'Unverified: a word of the site',
      'another key',
    ],
    [
      'site',
      'a site that holds',
      said({ applied: null, phase: 'held' }, [{}]),
      'Held: a word of the site',
      'sluice-site',
    ],
    [
      'site',
      'labels of the site',
      said({ applied: null, phase: 'skipped', message: 'skipped: room' }),
      'skipped: room',
      'sluice-site',
    ],
    [
      'applied',
      'what is on its way',
      said({ applied: null, phase: 'ready', health: 'Progressing', message: 'Ready:0/1 x' }),
      'x',
      'on its way',
    ],
    [
      'applied',
      'what failed',
      said({ applied: null, phase: 'blocked', health: 'Degraded', message: 'gave up' }),
      'gave up',
      'commit',
    ],
    [
      'healthy',
      'pods that do not start',
      said({ health: 'Degraded', message: 'crashes' }),
      'Degraded: crashes',
      'pods',
    ],
  ])('stops at %s: %s', (link, _, facts, reason, mend) => {
    const stop = why(facts);
    expect([stop?.link, stop?.reason, stop?.mend]).toEqual([
      link,
      expect.stringContaining(reason),
      expect.stringContaining(mend),
    ]);
  });

  it('says nothing of what comes after the first that does not hold', () => {
    const { links } = whyOf({ ...well, ...said({ health: 'Degraded' }), holds: [hold('render')] });
    expect(links.map(({ holds }) => holds)).toEqual([true, false, ...Array.from({ length: 10 }, () => null)]);
  });

  it.each(Object.keys(holdKinds) as Holder[])('knows what mends a hold by %s', (by) => {
    expect(mends[by].length).toBeGreaterThan(10);
  });

  it('lets a hold of the site be where everything is applied already', () => {
    expect(why(said({}, [{}]))).toBeNull();
  });
});

function guarded() {
  const ids = ['/ConfigMap/default/x'];
  return {
    change: digestOf('x'),
    code: 'MASS_DELETE',
    cluster: 'prod',
    app: 'default/web',
    generation: 8,
    ids,
  } as const;
}
