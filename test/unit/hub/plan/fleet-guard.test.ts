import { describe, expect, it } from 'vitest';
import type { State } from '../../../../hub/model/state.ts';
import type { RenderedApp } from '../../../../hub/model/rendered.ts';
import { approve } from '../../../../hub/registry/change.ts';
import { planning, type PlanInput } from '../../../../hub/plan/plan.ts';
import type { PlanMemory } from '../../../../hub/plan/touched.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { clusterRecord, registrationOf } from '../../../fixtures/hub/facts.ts';
import {
  app,
  heldBack,
  now,
  object,
  planFor,
  planInput,
  published,
  report,
  start,
  step,
  type PlanResult,
} from '../../../fixtures/hub/plan.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `c${String(i).padStart(2, '0')}`);
const fleet = (count: number): State => ({
  ...start,
  clusters: new Map(names(count).map((name) => [name, clusterRecord(name)])),
});
const on = (clusters: readonly string[], name: string, ...objects: string[]): RenderedApp[] =>
  clusters.map((cluster) => app(name, objects, { cluster }));
const both = (clusters: readonly string[]): RenderedApp[] => [
  ...on(clusters, 'web', 'ConfigMap/web'),
  ...on(clusters, 'shop', 'ConfigMap/shop'),
];
/** The clusters that a plan takes something off, with what. */
const taken = ({ next }: PlanResult): string[] =>
  next.flatMap(({ cluster, revision }) => revision.retired.map(({ id }) => `${cluster} ${id}`)).sort();
const approved = (state: State, result: PlanResult): State => {
  const [change] = result.guarded;
  const waiting = published(state, result);
  return { ...waiting, approvals: approve(waiting, change!.change, { by: 'me', at: now }).changes.approvals! };
};

describe('applications that leave many clusters at once', () => {
  it.each<[clusters: number, leave: number, waits: boolean]>([
    [12, 10, false],
    [12, 11, true],
    [80, 16, false],
    [80, 17, true],
  ])('of %i clusters %i: wait %s', (clusters, leave, waits) => {
    const state = step(fleet(clusters), both(names(clusters)));
    const kept = on(names(clusters).slice(leave), 'web', 'ConfigMap/web');
    const result = planFor(state, [...kept, ...on(names(clusters), 'shop', 'ConfigMap/shop')]);
    expect([taken(result).length, result.guarded.length]).toEqual(waits ? [0, 1] : [leave, 0]);
    if (!waits) return;
    expect(result.guarded).toMatchObject([{ code: 'MASS_DELETE', cluster: null, app: null }]);
    expect(result.guarded[0]?.ids).toEqual(names(leave).map((name) => `default/web on ${name}`));
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]?.message).toBe(
      `default/web would leave ${leave} of ${clusters} clusters at once: all stay where they are`,
    );
    expect(result.problems[0]?.hint).toContain(`sluice-hub approve ${result.guarded[0]?.change ?? ''}`);
  });

  it('count each cluster once, whatever leaves it, and let what is new proceed', () => {
    const state = step(fleet(24), both(names(24)));
    const more = on(names(24), 'new', 'ConfigMap/new');
    const kept = [
      ...on(names(24).slice(6), 'web', 'ConfigMap/web'),
      ...on(names(24).slice(0, 18), 'shop', 'ConfigMap/shop'),
    ];
    const result = planFor(state, [...kept, ...more]);
    expect([taken(result), result.guarded[0]?.ids.length, result.next.length]).toEqual([[], 12, 24]);
    expect(result.next[0]?.revision.apps.map(({ name }) => name)).toEqual(['new', 'shop', 'web']);
  });

  it('2.37 go with the approval of exactly this list, on every cluster in one pass', () => {
    const state = step(fleet(12), both(names(12)));
    const left = on(names(12), 'shop', 'ConfigMap/shop');
    const released = approved(state, planFor(state, left));
    const result = planFor(released, left);
    expect([taken(result).length, result.guarded]).toEqual([12, []]);
    const after = planFor(published(released, result), left);
    expect([after.next, after.approvals]).toEqual([[], []]);
  });

  it('wait with each plan that remembers the one before, also where few clusters reported, until they are approved', () => {
    const state = step(fleet(12), both(names(12)));
    const left = on(names(12), 'shop', 'ConfigMap/shop');
    const memory: PlanMemory = { last: null };
    const plan = (of: State, reports: PlanInput['reports'] = new Map()) =>
      atOnce(planning({ ...planInput(of, left), reports, memory }));
    const first = plan(state);
    const waiting = published(state, planFor(state, left));
    const reported = new Map([['c03', { report: report(1) }]]);
    for (const again of [plan(waiting), plan(waiting, reported), plan(waiting, reported)]) {
      expect(again.next).toEqual([]);
      expect(again.holds).toEqual(first.holds);
    }
    const released = approved(state, planFor(state, left));
    expect(plan(released, reported).next).toHaveLength(12);
  });

  it('need another approval when more is to leave than was judged', () => {
    const state = step(fleet(12), both(names(12)));
    const first = planFor(state, on(names(12), 'shop', 'ConfigMap/shop'));
    const result = planFor(approved(state, first), []);
    expect([taken(result), result.guarded.map(({ ids }) => ids.length)]).toEqual([[], [24]]);
    expect(result.guarded[0]?.change).not.toBe(first.guarded[0]?.change);
  });

  it('need another approval after the documents came back in between', () => {
    const state = step(fleet(12), both(names(12)));
    const left = on(names(12), 'shop', 'ConfigMap/shop');
    const released = approved(state, planFor(state, left));
    const back = step(step(released, both(names(12))), both(names(12)));
    expect(taken(planFor(back, left))).toEqual([]);
  });

  it('keep the digest of the change while it waits, across other pushes, and go once it is few', () => {
    const state = step(fleet(12), both(names(12)));
    const first = planFor(state, on(names(12), 'shop', 'ConfigMap/shop'));
    const later = planFor(published(state, first), on(names(12), 'shop', 'ConfigMap/other'));
    expect(later.guarded).toEqual(first.guarded);
    const back = on(names(12).slice(0, 2), 'web', 'ConfigMap/web');
    const result = planFor(published(state, first), [...back, ...on(names(12), 'shop', 'ConfigMap/shop')]);
    expect([taken(result).length, result.guarded]).toEqual([10, []]);
  });

  it('are not those that stay for another reason, that another application takes over, or whose cluster leaves itself', () => {
    const revision = (name: string, cluster: string) => app(name, [object('ConfigMap/web-v1@web-v1')], { cluster });
    const state = step(
      fleet(12),
      names(12).map((cluster) => revision('web', cluster)),
    );
    const placement = {
      assignments: names(12).map((cluster) => ({ unit: 'default/deploy', revision: 'web-v1', cluster })),
      documents: new Set<string>(),
      lostByLabels: new Set<string>(),
    };
    const replaced = planFor(
      state,
      names(12).map((cluster) => revision('deploy', cluster)),
      { placement },
    );
    expect([replaced.guarded, replaced.next.length]).toEqual([[], 12]);
    const held = planFor(state, [], { holds: [heldBack('default/web', null)] });
    expect([held.guarded, held.next]).toEqual([[], []]);
    const leaving = [...state.clusters.values()].map(
      (record) => [record.name, { ...record, decommission: 'delete' as const }] as const,
    );
    expect(planFor({ ...state, clusters: new Map(leaving) }, []).guarded).toEqual([]);
  });

  it('wait at their clusters afterwards where those need an approval of their own, and not for the fleet again', () => {
    const kinds = on(names(12), 'base', 'Namespace/base');
    const state = step(fleet(12), kinds);
    const first = planFor(state, []);
    expect(first.guarded.map(({ cluster }) => cluster)).toEqual([null]);
    const released = approved(state, first);
    const second = planFor(released, []);
    expect(second.guarded.map(({ code, cluster }) => `${code} ${cluster ?? ''}`)).toEqual(
      names(12).map((name) => `PROTECTED_DELETE ${name}`),
    );
    const waiting = published(released, second);
    expect(planFor(waiting, []).guarded).toEqual(second.guarded);
    const one = approve(waiting, second.guarded[0]!.change, { by: 'me', at: now }).changes.approvals!;
    expect(taken(planFor({ ...waiting, approvals: one }, []))).toEqual(['c00 /Namespace/default/base']);
  });

  it('are not those whose missing documents were given up by an approval', () => {
    const state = step(fleet(12), both(names(12)));
    const change = { ...planFor(state, []).guarded[0]!, code: 'SOURCE_REWOUND' as const };
    const waiting = { ...state, guarded: [{ ...change, ids: ['core.oam.dev/Application/default/web'] }] };
    const left = on(names(12), 'shop', 'ConfigMap/shop');
    expect(taken(planFor(waiting, left))).toEqual([]);
    const { approvals } = approve(waiting, change.change, { by: 'me', at: now }).changes;
    expect(taken(planFor({ ...waiting, approvals: approvals! }, left))).toHaveLength(12);
    const more = planFor({ ...waiting, approvals: approvals! }, []);
    expect(taken(more).every((text) => text.endsWith('/web'))).toBe(true);
    expect(more.guarded[0]?.ids.every((text) => text.startsWith('default/shop'))).toBe(true);
  });

  it('ask for an approval anew when a cluster gets another registration meanwhile', () => {
    const state = step(fleet(13), both(names(13)));
    const left = on(names(13), 'shop', 'ConfigMap/shop');
    const released = approved(state, planFor(state, left));
    const clusters = new Map(released.clusters).set(
      'c00',
      clusterRecord('c00', { registration: registrationOf('next') }),
    );
    const result = planFor({ ...released, clusters }, left);
    expect([taken(result), result.guarded[0]?.ids.length]).toEqual([[], 12]);
  });
});
