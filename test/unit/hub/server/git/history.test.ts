import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ancestors, reaching, type Walk } from '../../../../../hub/server/git/history.ts';

/** A history in which commit `n` has the parents that a row names, all of them older. */
function walkOf(parents: readonly (readonly number[])[]) {
  let reads = 0;
  let turns = 0;
  const walk: Walk = {
    history: (oid) => {
      reads += 1;
      return { tree: '', parents: (parents[Number(oid)] ?? []).map(String) };
    },
    slices: { spend: () => Promise.resolve(void (turns += 1)) },
  };
  return { walk, reads: () => reads, turns: () => turns };
}

const histories = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
  .map((rows) => rows.map((row, at) => (at === 0 ? [] : [...new Set(row.map((one) => one % at))])));
const some = (count: number) => fc.array(fc.nat({ max: count - 1 }), { maxLength: 8 });
const cases = histories.chain((rows) => fc.tuple(fc.constant(rows), some(rows.length), some(rows.length)));

/** All that a commit reaches, said plainly. */
function below(rows: readonly (readonly number[])[], commit: number): Set<number> {
  return new Set([commit, ...(rows[commit] ?? []).flatMap((parent) => [...below(rows, parent)])]);
}

describe('any history', () => {
  it('answers which tips reach a target, and looks at each commit about once however many tips there are', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ([rows, tips, targets]) => {
        const { walk, reads } = walkOf(rows);
        const found = await reaching(walk, tips.map(String), new Set(targets.map(String)));
        const wanted = tips.filter((tip) => targets.some((target) => below(rows, tip).has(target)));
        expect(found).toEqual(new Set(wanted.map(String)));
        expect(reads()).toBeLessThanOrEqual(tips.length + rows.length + rows.flat().length * 2);
      }),
    );
  });

  it('gives each ancestor once, nearest first, and gives way at each', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ([rows, tips]) => {
        const { walk, turns } = walkOf(rows);
        const found = [];
        for await (const { oid, distance } of ancestors(walk, tips.map(String))) found.push({ oid, distance });
        const reached = new Set(tips.flatMap((tip) => [...below(rows, tip)]).map(String));
        expect(new Set(found.map(({ oid }) => oid))).toEqual(reached);
        expect(found).toHaveLength(reached.size);
        expect(found.map(({ distance }) => distance)).toEqual(
          found.map(({ distance }) => distance).sort((a, b) => a - b),
        );
        expect(turns()).toBe(reached.size);
      }),
    );
  });
});
