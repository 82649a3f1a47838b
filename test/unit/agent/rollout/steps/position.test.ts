import { describe, expect, it } from 'vitest';
import type { Position } from '../../../../../agent/model/delivery.ts';
import {
  freshCount,
  laterPosition,
  nextPosition,
  oldCount,
  shareAt,
  type PositionFacts,
} from '../../../../../agent/rollout/steps/position.ts';
import type { DeliveryStep } from '../../../../../shared/wire/revision.ts';

const steps: DeliveryStep[] = [
  { type: 'scale', replicas: { percent: 10 }, weight: 10 },
  { type: 'pause', seconds: 60 },
  { type: 'pause' },
  { type: 'analysis', checks: [{ name: 'errors', job: 'batch/Job/shop/check', timeoutSeconds: 60 }] },
];
const at = (step: number, more: Partial<Position> = {}): Position => ({
  ...{ number: 3, attempt: 1, step, waitedMs: 0, totals: { web: 10 } },
  ...more,
});

const reached = { isSettled: true, isAlone: false, isBlocked: false, failure: null } as const;
const alone = { isSettled: false, isAlone: true, isBlocked: true } as const;

type Change = Partial<Omit<PositionFacts, 'delivery'>> & { readonly delivery?: Partial<PositionFacts['delivery']> };

/** The next position in words: `1`, `1 after 5 s`, `back: why`, `done`. */
function next(position: Position, { delivery = {}, ...change }: Change = {}): string {
  const facts = { ...reached, mode: 'move', verdict: { kind: 'open' }, elapsedMs: 0 } as const;
  const now = nextPosition({ position, ...facts, ...change, delivery: { action: 'run', steps, ...delivery } });
  if (now.returned !== undefined) return `back: ${now.returned}`;
  if (now.isDone === true) return 'done';
  return now.waitedMs > 0 ? `${now.step} after ${now.waitedMs / 1_000} s` : String(now.step);
}

const back = { delivery: { action: 'back' } } as const;
const returned = at(1, { returned: 'it failed' });
const done = at(4, { isDone: true });

describe('the next position of a delivery', () => {
  it.each<[string, Position, Change, string]>([
    ['a step that is reached is over', at(0), {}, '1'],
    ['one that is not reached goes on', at(0), { isSettled: false }, '0'],
    ['one where only what served is late is over, too', at(0), alone, '1'],
    ['a pause counts then', at(1), { ...alone, elapsedMs: 5_000 }, '1 after 5 s'],
    ['a pause without end waits for a decision all the same', at(2), alone, '2'],
    ['an analysis is asked all the same', at(3), alone, '3'],
    ['a hold stops this, too', at(0), { ...alone, mode: 'back' }, '0'],
    ['at the end the content has to be whole', at(4), alone, '4'],
    ['a copy before that cannot serve is not kept', at(4, { isAlone: true }), { delivery: { keepOld: 30 } }, 'done'],
    ['nor one that never ran', at(4, { isFirst: true }), { delivery: { keepOld: 30 } }, 'done'],
    ['a pause counts what passed', at(1), { elapsedMs: 5_000 }, '1 after 5 s'],
    ['a pause goes on where it was', at(1, { waitedMs: 50_000 }), { elapsedMs: 5_000 }, '1 after 55 s'],
    ['a pause is over after its time', at(1, { waitedMs: 50_000 }), { elapsedMs: 10_000 }, '2'],
    ['a pause does not count while something is not ready', at(1), { isSettled: false, elapsedMs: 5_000 }, '1'],
    ['a pause without end stays', at(2), { elapsedMs: 1e9 }, '2'],
    ['a promotion ends the steps, wherever they are', at(2), { delivery: { action: 'promote' } }, '4'],
    ['an analysis that goes on', at(3), {}, '3'],
    ['the time of its Jobs counts', at(3), { elapsedMs: 5_000 }, '3 after 5 s'],
    ['and ends nothing', at(3, { waitedMs: 50_000 }), { elapsedMs: 30_000 }, '3 after 60 s'],
    ['an analysis that passed', at(3), { verdict: { kind: 'passed' } }, '4'],
    ['an analysis that failed', at(3), { verdict: { kind: 'failed', why: 'errors: 7' } }, 'back: errors: 7'],
    ['the content runs alone: done', at(4), {}, 'done'],
    ['the content does not run yet', at(4), { isSettled: false }, '4'],
    ['the copy before is kept', at(4), { delivery: { keepOld: 30 }, elapsedMs: 10_000 }, '4 after 10 s'],
    ['and not for longer', at(4, { waitedMs: 25_000 }), { delivery: { keepOld: 30 }, elapsedMs: 5_000 }, 'done'],
    ['a new copy that fails', at(1), { failure: '0 of 1 ready' }, 'back: 0 of 1 ready'],
    ['one that fails at its promotion', at(4), { failure: '5 of 10 ready' }, 'back: 5 of 10 ready'],
    ['the hub asks to go back', at(1), back, 'back: the hub asked to go back'],
    ['the hub asks for what served after all is done', done, back, 'back: the hub asked to go back'],
    [
      'a first installation goes nowhere, whatever is asked',
      at(4, { isFirst: true }),
      { ...back, isSettled: false },
      '4',
    ],
    ['nor where it fails', at(4, { isFirst: true }), { failure: 'x', isSettled: false }, '4'],
    ['and is done although the hub asks to go back', at(4, { isFirst: true }), back, 'done'],
    [
      'but makes way where it comes to nothing itself and is asked to',
      at(4, { isFirst: true }),
      { ...back, isSettled: false, isBlocked: true },
      'back: the hub asked to go back',
    ],
    ['what went back stays there', returned, {}, 'back: it failed'],
    ['no promotion begins it again', returned, { delivery: { action: 'promote' } }, 'back: it failed'],
    ['what is done stays so, whatever fails later', done, { failure: 'a node died' }, 'done'],
    ['the hub paused it', at(0), { delivery: { action: 'pause' } }, '0'],
    ['a pause of the hub stops no way back', at(0), { delivery: { action: 'pause' }, failure: 'x' }, 'back: x'],
    ['a hold stops what goes forward', at(0), { mode: 'back' }, '0'],
    ['a hold stops a pause from counting', at(1), { mode: 'back', elapsedMs: 60_000 }, '1'],
    ['a hold stops a promotion', at(2), { mode: 'back', delivery: { action: 'promote' } }, '2'],
    ['hold blocks no going back', at(0), { mode: 'back', failure: 'x' }, 'back: x'],
    ['nothing begins where nothing can be recorded', at(0), { mode: 'none', ...back }, '0'],
  ])('%s', (_, position, change, expected) => {
    expect(next(position, change)).toBe(expected);
  });

  it('keeps nothing of its pause on the way back', () => {
    expect(nextPosition({ ...factsOf(at(1, { waitedMs: 5 })), failure: 'x' })).toEqual(at(1, { returned: 'x' }));
  });

  it('is the very same value where nothing moves', () => {
    for (const position of [at(2), at(2, { isAlone: true })]) {
      expect(nextPosition({ ...factsOf(position), ...(position.isAlone && alone) })).toBe(position);
    }
  });

  it('keeps that what served is not waited for, but not on the way back', () => {
    const here = nextPosition({ ...factsOf(at(2)), ...alone });
    expect(here).toEqual(at(2, { isAlone: true }));
    expect(nextPosition({ ...factsOf(here), failure: 'x' })).toEqual(at(2, { returned: 'x' }));
  });
});

function factsOf(position: Position): PositionFacts {
  const facts = { ...reached, mode: 'move', verdict: { kind: 'open' }, elapsedMs: 0 } as const;
  return { position, ...facts, delivery: { action: 'run', steps } };
}

describe('what holds at a step', () => {
  const scale: DeliveryStep[] = [
    { type: 'scale', replicas: { percent: 15 } },
    { type: 'pause' },
    { type: 'scale', replicas: { count: 3 }, weight: 25 },
    { type: 'scale', replicas: { percent: 50 }, components: ['api'] },
  ];
  it.each<[number, string, number, number]>([
    [0, 'web', 0, 2],
    [1, 'web', 0, 2],
    [2, 'web', 25, 3],
    [3, 'web', 25, 3],
    [3, 'api', 25, 5],
  ])('at step %i of %s: %i %% of the traffic, %i of ten pods', (step, component, weight, pods) => {
    const share = shareAt(scale, step, component);
    expect([share.weight, freshCount(share, 10)]).toEqual([weight, pods]);
  });

  it('asks for no pods before a step does', () => {
    expect(freshCount(shareAt([{ type: 'pause' }], 0, 'web'), 10)).toBe(0);
  });

  it.each([
    ['what the new copy has not ready yet', 10, 0, 90, 10],
    ['its share of the traffic, rounded up', 10, 5, 75, 8],
    ['nothing, once all is ready and led away', 10, 10, 0, 0],
    ['never less than none', 2, 5, 0, 0],
  ])('the copy before keeps %s', (_, total, readyFresh, weight, expected) => {
    expect(oldCount({ total, readyFresh, weight })).toBe(expected);
  });
});

describe('the later of two positions', () => {
  it.each<[string, Position | null, Position | null, 0 | 1]>([
    ['the only one', null, at(1), 1],
    ['the further step', at(2), at(1), 0],
    ['what went back, whatever was recorded', at(3), at(1, { returned: 'x' }), 1],
    ['the higher attempt', at(0, { attempt: 2 }), at(3, { returned: 'x' }), 0],
    ['the newer delivery', at(4, { isDone: true }), at(0, { number: 4 }), 1],
    ['what is done', at(4), at(4, { isDone: true }), 1],
    ['the longer wait', at(1, { waitedMs: 5 }), at(1, { waitedMs: 9 }), 1],
  ])('is %s', (_, a, b, expected) => {
    expect(laterPosition(a, b)).toBe([a, b][expected]);
  });
});
