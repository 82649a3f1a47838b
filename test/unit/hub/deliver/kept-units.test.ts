import { describe, expect, it } from 'vitest';
import { namesOf, type UnitFacts } from '../../../../hub/deliver/facts.ts';
import { unitsNow, type ContentReader } from '../../../../hub/deliver/kept-units.ts';
import type { JudgedBy } from '../../../../hub/model/health.ts';
import type { Assignment } from '../../../../hub/model/rendered.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const [names, web] = [['a', 'b', 'c'], bundleApp('web')];
const bundles = names.map((name) => published(name, [web]));
const records = names.map((name) => enrolledCluster(name));
const targets = names.map((name) => ({ name, labels: {}, capabilities: null }));
const received = (name: string, message = '') => ({
  report: reportOf(published(name, [web]), [{ ...settledApp(web), message }]),
  receivedAt: now,
});
const reports = new Map(names.map((name) => [name, received(name)]));
const silent: JudgedBy = Object.assign(() => undefined, { saysNothing: () => true });
const start: UnitFacts = {
  ...{ state: stateOf(records, bundles), targets, reports, held: new Map(), judged: silent },
  listening: { now, since: now - 3_600_000 },
};
const byName: ContentReader = { contentOf: namesOf, from: [] };
const assigned = (): readonly Assignment[] =>
  names.map((cluster) => ({ unit: 'default/web', revision: 'web-v2', cluster, selector: {}, notes: [] }));

const held = (key: string, reason = 'why') => ({ held: new Map([[key, reason]]) });
const said: JudgedBy = (_, cluster) => (cluster === 'a' ? 'awaited' : undefined);

describe('the units of an application', () => {
  it('are the very same list where nothing changed', () => {
    const own = assigned();
    const first = unitsNow({ ...start }, own, byName);
    expect(unitsNow({ ...start, held: new Map() }, own, byName)).toBe(first);
  });

  it.each<[what: string, from: Partial<UnitFacts>, to: Partial<UnitFacts>, changed: number]>([
    ['a cluster reports', {}, { reports: new Map([...reports, ['a', received('a', 'later')]]) }, 1],
    ['a cluster has no report any more', {}, { reports: new Map([...reports].slice(1)) }, 1],
    ['a cluster has another bundle', {}, { state: stateOf(records, [published('a', []), ...bundles.slice(1)]) }, 1],
    [
      'a cluster joined again',
      {},
      { state: stateOf([enrolledCluster('a', { reports: false }), ...records.slice(1)], bundles) },
      1,
    ],
    ['it is held on a cluster', {}, held('default/web a'), 1],
    ['it is held there for another reason', held('default/web a'), held('default/web a', 'other'), 1],
    ['it is held there no more', held('default/web a'), {}, 1],
    ['a cluster is held', {}, held(' a'), 1],
    ['a cluster is held no more', held(' a'), {}, 1],
    ['it is held everywhere', {}, held('default/web '), 3],
    ['it is held everywhere for another reason', held('default/web '), held('default/web ', 'other'), 3],
    ['it is held everywhere no more', held('default/web '), {}, 3],
    ['another application is held', {}, held('default/other a'), 0],
    ['what definitions say is to be waited for', {}, { judged: said }, 1],
    ['they say nothing any more', { judged: said }, { judged: silent }, 1],
    ['a part of it was published', {}, { published: new Map([['default/web a', 'part']]) }, 1],
    ['the hub listens anew', {}, { listening: { now, since: now } }, 3],
  ])('are those of now where %s', (_, from, to, changed) => {
    const own = assigned();
    const first = unitsNow({ ...start, ...from }, own, byName);
    const kept = unitsNow({ ...start, ...to }, own, byName);
    expect(kept).toEqual(unitsNow({ ...start, ...to, targets: [...targets] }, assigned(), byName));
    expect(kept.filter((unit, index) => unit !== first[index])).toHaveLength(changed);
    expect(unitsNow({ ...start, ...to }, own, byName)).toEqual(kept);
  });

  it('are those of now where their content is read otherwise', () => {
    const own = assigned();
    unitsNow({ ...start }, own, byName);
    const other = unitsNow({ ...start }, own, { contentOf: () => 'other', from: ['other'] });
    expect(other.map((unit) => unit.published?.content)).toEqual(['other', 'other', 'other']);
  });

  it('are those of now where they were not asked for meanwhile', () => {
    const [own, others] = [assigned(), assigned()];
    unitsNow({ ...start }, own, byName);
    const later = { ...start, reports: new Map([...reports, ['a', received('a', 'later')]]) };
    unitsNow({ ...later }, others, byName);
    expect(unitsNow({ ...later }, own, byName)[0]?.report?.message).toBe('later');
  });
});
