import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { plan, planning, type PlanInput } from '../../../../hub/plan/plan.ts';
import { turnsOf } from '../../../fixtures/loop.ts';
import { clusterRecord } from '../../../fixtures/hub/facts.ts';
import { app, many, planInput, start } from '../../../fixtures/hub/plan.ts';

/** A plan for so many clusters, each with these applications. */
function inputOf(clusters: number, apps: number, objects: number): PlanInput {
  const names = Array.from({ length: clusters }, (_, index) => `c${index}`);
  const rendered = names.flatMap((cluster) =>
    Array.from({ length: apps }, (_, index) => app(`a${index}`, many(`a${index}`, objects), { cluster })),
  );
  const clusterRecords = new Map(names.map((name) => [name, clusterRecord(name)]));
  return planInput({ ...start, clusters: clusterRecords }, rendered);
}

describe('a plan in slices', () => {
  it('is the plan that is made at once', () => {
    const input = inputOf(3, 2, 2);
    expect(atOnce(planning(input))).toEqual(plan(input));
  });

  it.each([
    ['many clusters', inputOf(300, 0, 0)],
    ['a cluster of many applications', inputOf(1, 600, 1)],
    ['an application of many objects', inputOf(1, 1, 1_000)],
  ])('lets others have their turn: %s', async (_, input) => {
    expect(await turnsOf(planning(input))).toBeGreaterThan(3);
  });

  it('asks no more turns of a fleet that is twice as large than twice as many', async () => {
    const [one, two] = [await turnsOf(planning(inputOf(200, 2, 1))), await turnsOf(planning(inputOf(400, 2, 1)))];
    expect(two).toBeLessThanOrEqual(2 * one + 1);
  });
});
