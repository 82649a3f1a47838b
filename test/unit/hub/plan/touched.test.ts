import { describe, expect, it } from 'vitest';
import { planning, type PlanInput } from '../../../../hub/plan/plan.ts';
import { touchedClusters, type PlanMemory } from '../../../../hub/plan/touched.ts';
import type { Plan } from '../../../../hub/model/bundle.ts';
import { indexedBy, renderedByCluster } from '../../../../hub/model/rendered-on.ts';
import type { State } from '../../../../hub/model/state.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { clusterRecord } from '../../../fixtures/hub/facts.ts';
import { app, heldBack, id, planInput, report, start, step } from '../../../fixtures/hub/plan.ts';

const names = ['four', 'one', 'three', 'two'] as const;
const everywhere = names.map((cluster) => app('web', ['ConfigMap/a'], { cluster }));
const records = new Map(names.map((name) => [name, clusterRecord(name)]));
const other = app('web', ['ConfigMap/z'], { cluster: 'two' });
const changed = indexedBy(
  everywhere.map((one) => (one.cluster === 'two' ? other : one)),
  new Map([...renderedByCluster(everywhere), ['two', [other]]]),
);

const published = step({ ...start, clusters: records }, everywhere);
const input = planInput(published, everywhere);

/** A plan of the fleet, and what it leaves behind. */
function planned(given: PlanInput, memory: PlanMemory = { last: null }): Plan & { readonly memory: PlanMemory } {
  return { ...atOnce(planning({ ...given, memory })), memory };
}

/** The clusters that are looked at after a plan of `input`; null = all. */
function touched(now: PlanInput, before = input): readonly string[] | null {
  const found = touchedClusters(planned(before).memory, now);
  return found === null ? null : [...found].sort();
}

const replaced = <T>(mapping: ReadonlyMap<string, T>, name: string, value: T): ReadonlyMap<string, T> =>
  new Map([...mapping, [name, value]]);
const withState = (more: Partial<State>): PlanInput => ({ ...input, state: { ...published, ...more } });

describe('the clusters that a plan looks at', () => {
  it('are all for the first time', () => {
    expect(touchedClusters({ last: null }, input)).toBeNull();
  });

  it('are none where nothing is another value', () => {
    expect(touched(planInput(published, everywhere))).toEqual([]);
  });

  const stranger = { report: report(1) };
  const bundle = published.bundles.get('two');
  const cases: readonly (readonly [what: string, PlanInput])[] = [
    ['whose record changed', withState({ clusters: replaced(records, 'two', { ...clusterRecord('two') }) })],
    [
      'whose bundle changed',
      withState({ bundles: replaced(published.bundles, 'two', { ...(bundle as object) } as never) }),
    ],
    ['whose labels changed', { ...input, labels: new Map([['two', { zone: 'north' }]]) }],
    ['that reported', { ...input, reports: new Map([['two', stranger]]) }],
    ['for which another thing was rendered', { ...input, rendered: changed }],
    ['on which something is held', { ...input, holds: [heldBack('default/web', 'two')] }],
    ['that a delivery tells something', { ...input, directives: new Map([['two', new Map()]]) }],
    ['on which something is taken back', { ...input, takenBack: new Map([['two', new Map()]]) }],
    ['of which something is asked', { ...input, asked: new Map([['two', new Map()]]) }],
    ['whose agent keeps what was published', { ...input, published: new Map([['two', new Set([id('ConfigMap/a')])]]) }],
    ['whose bundle another key signed', { ...input, signAgain: new Set(['two']) }],
  ];

  it.each(cases)('are those %s', (_, now) => {
    expect(touched(now)).toEqual(['two']);
    // What goes is another value, too.
    expect(touched(input, now)).toContain('two');
  });

  const told = (attempt: number): Pick<PlanInput, 'directives'> => ({
    directives: new Map([['two', new Map([['default/web', { number: 2, attempt, action: 'run' as const }]])]]),
  });
  const back = (hadIt: boolean): Pick<PlanInput, 'takenBack'> => ({
    takenBack: new Map([['two', new Map([['default/web', { delivery: 'default/web#2', hadIt }]])]]),
  });
  it.each<[what: string, before: Partial<PlanInput>, now: Partial<PlanInput>, clusters: readonly string[]]>([
    ['no cluster that is told the same again', told(1), told(1), []],
    ['the one that is told another thing', told(1), told(2), ['two']],
    ['the one that is told nothing of one more unit', told(1), { directives: new Map([['two', new Map()]]) }, ['two']],
    ['no cluster that is taken back as before', back(true), back(true), []],
    ['the one that is taken back otherwise', back(true), back(false), ['two']],
  ])('are %s', (_, before, now, clusters) => {
    const memory = { last: { input: { ...input, ...before }, open: new Set<string>() } };
    expect([...(touchedClusters(memory, { ...input, ...now }) ?? [])]).toEqual(clusters);
  });

  it.each([
    ['the epoch is another', withState({ epoch: 2 })],
    ['something is held everywhere', { ...input, holds: [heldBack('default/web', null)] }],
  ])('are all where %s', (_, now) => {
    expect(touched(now)).toBeNull();
  });

  it('are none where the same is held in other values', () => {
    const holds = [heldBack('default/web', 'two'), heldBack('default/other', null)];
    expect(touched({ ...input, holds: holds.map((hold) => ({ ...hold })) }, { ...input, holds })).toEqual([]);
  });

  it('are those, too, that came not to rest: they got a bundle, or wait', () => {
    const given = { ...input, rendered: changed };
    expect(planned(given).next).toHaveLength(1);
    expect(touched(given, given)).toEqual(['two']);
    const placement = { assignments: [], documents: new Set(['default/web']), lostByLabels: new Set<string>() };
    const leaving = { ...input, rendered: everywhere.filter(({ cluster }) => cluster !== 'two'), placement };
    expect(planned(leaving).holds).not.toEqual([]);
    expect(touched(leaving, leaving)).toEqual(['two']);
  });
});

describe('a plan that remembers the last one', () => {
  it('is the plan of one that looks at all clusters, whatever changed', () => {
    const { memory } = planned(input);
    const inputs = [
      input,
      { ...input, rendered: changed },
      { ...input, rendered: changed, holds: [heldBack('default/web', 'two')] },
      { ...input, rendered: changed },
      { ...input, rendered: everywhere },
    ];
    for (const now of inputs) {
      const { next, holds } = planned(now, memory);
      const full = atOnce(planning(now));
      expect({ next, holds }).toEqual({ next: full.next, holds: full.holds });
    }
  });

  it('costs nothing for clusters of which nothing changed', () => {
    const { memory } = planned(input);
    const costOf = (given: PlanInput) => [...planning(given)].reduce((sum, units) => sum + units, 0);
    expect(costOf({ ...input, memory })).toBe(0);
    expect(costOf(input)).toBeGreaterThan(1);
  });
});
