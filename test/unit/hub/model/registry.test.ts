import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withChanges } from '../../../../hub/model/changes.ts';
import { registeredAs, type Registry } from '../../../../hub/model/registry.ts';
import { enrolledCluster, stateOf } from '../../../fixtures/hub/status.ts';

const name = fc.constantFrom('a', 'b', 'c');
const registration = fc.constantFrom('r1', 'r2', 'r3', 'r4');
/** A cluster gets a registration that no other has, or goes. */
const step = fc.tuple(name, fc.option(registration));

const lookedFor = (clusters: Registry, wanted: string): readonly string[] =>
  [...clusters.values()].filter((record) => record.registration === wanted).map((record) => record.name);

describe('the cluster of a registration', () => {
  it('is the one that looking at all of them finds, in every registry that there was, in any order', () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(fc.tuple(fc.nat(), registration)), (steps, questions) => {
        const registries = steps.reduce<Registry[]>(
          (all, [cluster, given]) => {
            const before = all.at(-1) ?? new Map();
            if (given !== null && lookedFor(before, given).length > 0) return all;
            const record = given === null ? null : enrolledCluster(cluster, { registration: given });
            const state = { ...stateOf([]), clusters: before };
            return [...all, withChanges(state, { clusters: new Map([[cluster, record]]) }).clusters];
          },
          [stateOf([]).clusters],
        );
        for (const [at, wanted] of questions) {
          const clusters = registries[at % registries.length] ?? new Map();
          expect(registeredAs(clusters, wanted)?.name).toBe(lookedFor(clusters, wanted)[0]);
        }
      }),
    );
  });

  it('is found in the registry of before, too, where another name has the registration by now', () => {
    const first = stateOf([enrolledCluster('a', { registration: 'moved' })]);
    const next = withChanges(first, {
      clusters: new Map([
        ['a', null],
        ['b', enrolledCluster('b', { registration: 'moved' })],
      ]),
    });
    const names = [first, next, first].map(({ clusters }) => registeredAs(clusters, 'moved')?.name);
    expect(names).toEqual(['a', 'b', 'a']);
  });

  it('costs what changed of the registry, not all of it', () => {
    let looked = 0;
    class Counted extends Map<string, ReturnType<typeof enrolledCluster>> {
      override values() {
        looked += 1;
        return super.values();
      }
    }
    const first = new Counted([['a', enrolledCluster('a', { registration: 'r-a' })]]);
    expect(registeredAs(first, 'r-a')?.name).toBe('a');
    const all = looked;
    const state = withChanges(
      { ...stateOf([]), clusters: first },
      { clusters: new Map([['b', enrolledCluster('b', { registration: 'r-b' })]]) },
    );
    expect([registeredAs(state.clusters, 'r-b')?.name, registeredAs(first, 'r-b'), looked]).toEqual([
      'b',
      undefined,
      all,
    ]);
  });
});
