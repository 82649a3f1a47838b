import { describe, expect, it } from 'vitest';
import { createAnswerMemo } from '../../../../hub/cue/answer-memo.ts';
import type { Answer } from '../../../../hub/cue/program.ts';
import { manualClock } from '../../../fakes/agent.ts';

const answer = (json: string): Answer => ({ json });

describe('the memo of answers', () => {
  it('forgets the one that was not asked for the longest', () => {
    const memo = createAnswerMemo(2, manualClock());
    memo.set('a', answer('1'));
    memo.set('b', answer('2'));
    expect(memo.get('a')).toEqual(answer('1'));
    memo.set('c', answer('3'));
    expect(['a', 'b', 'c'].map((key) => memo.get(key))).toEqual([answer('1'), undefined, answer('3')]);
  });

  it.each<[string, Answer, boolean]>([
    ['an answer', answer('1'), true],
    ['a fault', { faults: [], ofParameter: false }, true],
    ['that a template was too slow', { stopped: 'timeout' }, false],
    ['that an application had no time left', { stopped: 'budget' }, false],
  ])('keeps %s; what was stopped is tried again after ten minutes', (_, kept, isForever) => {
    const clock = manualClock();
    const memo = createAnswerMemo(2, clock);
    memo.set('a', kept);
    clock.move(600_000);
    expect(memo.get('a')).toEqual(kept);
    clock.move(1);
    expect(memo.get('a')).toEqual(isForever ? kept : undefined);
  });
});
