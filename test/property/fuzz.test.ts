import { beforeAll, describe, expect, it } from 'vitest';
import { runOrders } from '../lab/fuzz/run.ts';
import { keptSeeds } from '../lab/fuzz/seeds.ts';
import { targets } from '../lab/fuzz/targets.ts';

// The short form of `npm run fuzz`: the same inputs each time, and those that found a fault once.
describe('what strangers write', () => {
  let outcomes: Awaited<ReturnType<typeof runOrders>>;
  beforeAll(async () => {
    const kept = keptSeeds();
    const inputsOf = (name: string) => kept.filter(({ target }) => target === name).map(({ input }) => input);
    outcomes = await runOrders(
      targets.map(({ name, short }) => ({ target: name, seed: 1, runs: short, inputs: inputsOf(name) })),
    );
  }, 600_000);

  it.each(targets.map(({ name, from }) => [name, from]))(
    'is refused or read within its bounds: %s, from %s',
    (target) => {
      expect(outcomes.get(target)).toMatchObject({ ok: true });
    },
  );

  it('that found a fault once is tried by a target that is there', () => {
    const names = targets.map(({ name }) => name);
    expect(keptSeeds().filter(({ target }) => !names.includes(target))).toEqual([]);
  });
});
