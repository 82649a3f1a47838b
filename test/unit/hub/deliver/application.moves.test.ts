import { describe, expect, it } from 'vitest';
import { advanceApplication } from '../../../../hub/deliver/application.ts';
import type { ApplicationInput } from '../../../../hub/deliver/input.ts';
import type { MovePlan } from '../../../../hub/deliver/moving.ts';
import { defineStep } from '../../../../hub/workflow/step.ts';
import { moment } from '../../../../hub/workflow/outcome.ts';
import { z } from 'zod';
import { decided, deploy, fleet, Play, step, wantOn } from '../../../fixtures/hub/deliveries.ts';

const minute = 60_000;
const anything = z.record(z.string(), z.unknown());
/** A step that waits for a person, and takes all of it back when it is refused. */
const promotion = defineStep({
  type: 'promotion',
  schema: anything,
  check: () => undefined,
  run: (_, { decisions }) => {
    const verdict = decisions.at(-1)?.verdict;
    if (verdict === 'refuse') return moment('failed', 'it was refused', { back: 'it was refused' });
    return verdict === 'approve' ? moment('running', '') : moment('suspending', 'it waits');
  },
});
const rollback = defineStep({
  type: 'rollback',
  schema: anything,
  goesBack: true,
  check: () => undefined,
  run: () => moment('running', ''),
});

/** A play whose documents say more of its way than those of others. */
class Moving extends Play {
  ways: Pick<ApplicationInput, 'moves' | 'instead'> = {};
  override input(): ApplicationInput {
    return { ...super.input(), ...this.ways };
  }
}

const nothing: MovePlan = { goalOf: () => null, faultOf: () => null, rolloutAt: () => undefined };

describe('a delivery whose steps move pods and traffic', () => {
  it('goes back where a step takes all of it back', () => {
    const steps = [deploy('first', null, { maxConcurrent: '100%' }), step('all', promotion, { wants: [wantOn()] })];
    const play = new Moving(steps, fleet('a', 'b'), 'web-v2');
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v2', b: 'web-v2' } });
    decided(play, 'refuse');
    expect(play.run(minute)).toMatchObject({ phase: 'rolled-back', runs: { a: 'web-v1', b: 'web-v1' } });
    expect(play.record).toMatchObject({ stable: 'web-v1', last: { reason: 'it was refused' } });
  });

  it('asks again what was refused, once it is retried', () => {
    const play = new Moving([step('all', promotion, { wants: [wantOn()] })], fleet('a'), 'web-v2');
    const asked = { phase: 'running', runs: { a: 'web-v1' } };
    for (const time of [1, 2]) {
      expect({ time, ...play.run(minute) }).toMatchObject(asked);
      decided(play, 'refuse');
      expect(play.run(minute)).toMatchObject({ phase: 'rolled-back' });
      decided(play, 'retry');
    }
    expect(play.run(minute)).toMatchObject(asked);
    decided(play, 'approve');
    expect(play.run(minute)).toMatchObject({ runs: { a: 'web-v2' } });
  });

  it('delivers nothing where a step cannot be done', () => {
    const play = new Moving([deploy('first', null)], fleet('a'), 'web-v2');
    play.ways = { moves: { ...nothing, faultOf: () => 'there is no such copy' } };
    expect(play.run(minute)).toMatchObject({ phase: 'failed', runs: { a: 'web-v1' } });
    expect(play.given.has('web-v2')).toBe(false);
  });
});

describe('a delivery that goes back', () => {
  const rolling = (instead?: string) => {
    const steps = [step('back', rollback, { wants: [wantOn()] })];
    const play = new Moving(steps, fleet('a', 'b'), 'web-v2');
    play.ways = instead === undefined ? {} : { instead };
    return play;
  };

  it('brings the earlier content, and that is stable', () => {
    const play = rolling('web-v0');
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v0', b: 'web-v0' } });
    expect(play.record).toMatchObject({
      stable: 'web-v0',
      previous: 'web-v1',
      last: { content: 'web-v0', document: 'web-v2' },
    });
    expect(play.given.has('web-v2')).toBe(false);
  });

  it('does so once, and another document begins the next one', () => {
    const play = rolling('web-v0');
    play.run(5 * minute);
    const before = play.record;
    play.ways = { instead: 'web-v1' };
    play.run(minute);
    expect(play.record).toBe(before);
    play.content = 'web-v3';
    play.ways = {};
    play.program = new Play([deploy('all', null)], [], '').program;
    expect(play.run(5 * minute)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v3' } });
  });

  it('fails where there is nothing to go back to', () => {
    expect(rolling().run(minute)).toMatchObject({ phase: 'failed', runs: { a: 'web-v1' } });
  });

  it('is the same when it is asked twice', () => {
    const play = rolling('web-v0');
    play.run(5 * minute);
    const again = advanceApplication(play.input());
    expect(again.record).toBe(play.record);
    expect([...again.wanted.values()].map((one) => (one.kind === 'content' ? one.content : one.kind))).toEqual([
      'web-v0',
      'web-v0',
    ]);
  });
});
