import { describe, expect, it } from 'vitest';
import { createCurrentState } from '../../../../hub/run/current-state.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { stateOf } from '../../../fixtures/hub/status.ts';

function scene() {
  let raised = 0;
  const first = stateOf([]);
  const state = createCurrentState(() => raised++);
  state.set(first);
  raised = 0;
  return { first, state, raised: () => raised };
}

describe('the current state', () => {
  it('is not there before the first one is set: the hub is starting', () => {
    const state = createCurrentState(() => undefined);
    const starting = expect.objectContaining({ code: 'UNAVAILABLE', message: 'the hub is starting' }) as Error;
    expect(state.isKnown()).toBe(false);
    expect(state.now).toThrow(starting);
    expect(state.shown).toThrow(starting);
    state.set(stateOf([]));
    expect(state.isKnown()).toBe(true);
  });

  it('tells of a state that is new, and of nothing when it is the same', () => {
    const { first, state, raised } = scene();
    state.set(first);
    expect(raised()).toBe(0);
    const next = stateOf([], [], { number: 21 });
    state.set(next);
    expect([state.now(), raised()]).toEqual([next, 1]);
  });

  it('shows a failure as the first problem until a pass works again, and never commits it', () => {
    const problem = { code: 'NAME_TAKEN', message: 'taken', severity: 'error' } as const;
    const { state, raised } = scene();
    state.set(stateOf([], [], { problems: [problem] }));
    const error = new SluiceError('SOURCE_UNAVAILABLE', 'no answer', { subject: 'https://git', hint: 'wait' });
    state.fail(error);
    state.fail(error);
    expect(raised()).toBe(2);
    expect(state.shown().problems).toEqual([
      { code: 'SOURCE_UNAVAILABLE', message: 'no answer: https://git', hint: 'wait', severity: 'error' },
      problem,
    ]);
    expect(state.now().problems).toEqual([problem]);
    state.fail(null);
    expect([state.shown(), raised()]).toEqual([state.now(), 3]);
  });

  it('keeps the place of a failure in a file', () => {
    const { state } = scene();
    state.fail(new SluiceError('CONFIG_INVALID', 'wrong', { path: 'hub.yaml', line: 3 }));
    expect(state.shown().problems[0]?.place).toEqual({ path: 'hub.yaml', line: 3, column: 1 });
  });
});
