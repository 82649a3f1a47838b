import { describe, expect, it } from 'vitest';
import { createTurns } from '../../../../hub/server/turns.ts';

describe('turns', () => {
  it('are so many for each caller and so many in all, and come back when one leaves, once', () => {
    const turns = createTurns({ each: 2, all: 3 });
    const full = 'too many fetches at once';
    const leave = turns.enter('a');
    turns.enter('a');
    expect(() => turns.enter('a')).toThrow(full);
    const leaveOther = turns.enter('b');
    expect(() => turns.enter('c')).toThrow(full);
    leaveOther();
    leaveOther();
    turns.enter('c');
    expect(() => turns.enter('b')).toThrow(full);
    leave();
    expect(() => turns.enter('a')).not.toThrow();
  });
});
