import { describe, expect, it } from 'vitest';
import { endedProgress } from '../../../../hub/deliver/describe.ts';
import { unitsFrom, type UnitFacts } from '../../../../hub/deliver/facts.ts';
import { countApplied, isResting, restingOutcome } from '../../../../hub/deliver/resting.ts';
import type { AppDelivery, Delivery } from '../../../../hub/model/delivery.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import { deploy, program } from '../../../fixtures/hub/deliveries.ts';
import { registrationOf, revisionRecord } from '../../../fixtures/hub/facts.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const names = ['a', 'b', 'c'];
const web = bundleApp('web');
const content = web.revisions.map(({ name }) => name).join(' ');
const last: Delivery = {
  ...{ number: 1, attempt: 1, content, phase: 'succeeded', startedAt: '', endedAt: '' },
  ...{ steps: {}, waves: {}, admitted: [], base: {}, back: {}, decisions: [] },
};
const record: AppDelivery = { app: 'default/web', stable: content, previous: null, last };
const said = {
  program: program([deploy('all', null)]),
  application: revisionRecord('default/web', 1).application,
  content,
};

describe('a delivery that rests', () => {
  it('has ended well, everywhere, with what the documents say', () => {
    expect(isResting(record, said)).toBe(true);
  });

  const step = { identity: '', startedAt: '', endedAt: '' };
  const skip = { verdict: 'skip', cluster: 'a', by: 'ada', at: '', reason: '' } as const;
  it.each<[what: string, last: Partial<Delivery>]>([
    ['that runs', { phase: 'running' }],
    ['that failed', { phase: 'failed' }],
    ['that was reverted', { phase: 'reverted' }],
    ['of what ran before there was one', { number: 0 }],
    ['whose last steps still run', { isClosing: true }],
    ['that the documents say to go back from', { document: 'web-v9' }],
    ['of another content', { content: 'web-v9' }],
    ['from which a cluster went back', { back: { a: { why: 'failed', at: '', reason: '' } } }],
    ['that leaves a cluster out', { decisions: [skip] }],
    ['of which a step was skipped', { steps: { all: { ...step, phase: 'skipped' } } }],
  ])('is none %s', (_, more) => {
    expect(isResting({ ...record, last: { ...last, ...more } }, said)).toBe(false);
  });

  it('is none that never was, whose steps brought objects, or whose way depends on what serves', () => {
    expect(isResting(undefined, said)).toBe(false);
    expect(isResting({ ...record, objects: {} }, said)).toBe(false);
    expect(isResting(record, { ...said, copies: () => () => null })).toBe(false);
    expect(isResting(record, { ...said, goesBackTo: () => null })).toBe(false);
    expect(isResting(record, { ...said, deployment: {} })).toBe(false);
  });
});

const records = names.map((name) => enrolledCluster(name));
const bundles = names.map((name) => published(name, [web]));
const received = (name: string, more: object = {}) => ({
  report: reportOf(published(name, [web]), [{ ...settledApp(web), ...more }]),
  receivedAt: now,
});
const reports = new Map(names.map((name) => [name, received(name)]));
const start: UnitFacts = {
  ...{ state: stateOf(records, bundles), reports, held: new Map(), judged: () => undefined },
  targets: names.map((name) => ({ name, labels: {}, capabilities: null })),
  listening: { now, since: now - 3_600_000 },
};
const assigned = (): readonly Assignment[] =>
  names.map((cluster) => ({ unit: 'default/web', revision: content, cluster, selector: {}, notes: [] }));

describe('where a delivery stands that rests', () => {
  const without = stateOf(
    records.map((one) => ({ ...one, reports: false })),
    bundles,
  );
  it.each<[what: string, now: Partial<UnitFacts>, done: number]>([
    ['all say that they have it', {}, 3],
    [
      'one says that it has another content',
      { reports: new Map([...reports, ['a', received('a', { applied: null })]]) },
      2,
    ],
    ['one has not said anything', { reports: new Map([...reports].slice(1)) }, 2],
    ['none sends reports', { state: without, reports: new Map() }, 3],
    ['one was sent another content', { state: stateOf(records, [published('a', []), ...bundles.slice(1)]) }, 2],
    [
      'one joined anew',
      { state: stateOf([enrolledCluster('a', { registration: registrationOf('z') }), ...records.slice(1)], bundles) },
      2,
    ],
  ])('is told anew where %s, and back again', (_, more, done) => {
    const own = assigned();
    for (const facts of [start, { ...start, ...more }, start]) {
      const units = unitsFrom(facts, own);
      expect(restingOutcome(facts, own, record)).toEqual({
        ...{ record, wanted: new Map(), effects: [], due: null },
        progress: endedProgress(record, { units }),
      });
    }
    expect(countApplied({ ...start, ...more }, own, content)).toEqual({ total: 3, done });
    expect(countApplied({ ...start, ...more }, own, 'web-v9')).toEqual({ total: 3, done: 0 });
  });
});
