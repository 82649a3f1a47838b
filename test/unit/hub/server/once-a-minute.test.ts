import { describe, expect, it } from 'vitest';
import { onceAMinute } from '../../../../hub/server/once-a-minute.ts';
import { manualClock } from '../../../fakes/agent.ts';

function scene() {
  const clock = manualClock();
  const said: string[] = [];
  const tell = onceAMinute<{ readonly from: string }>(clock, {
    first: ({ from }) => said.push(from),
    more: ({ count, from }) => said.push(`${count} more: ${from}`),
  });
  return { clock, said, tell: (from: string) => tell({ from }) };
}

describe('once a minute', () => {
  it('says the first at once and counts the others', () => {
    const { clock, said, tell } = scene();
    for (const from of ['a', 'b', 'b', 'c']) tell(from);
    expect(said).toEqual(['a']);
    clock.move(60_000);
    expect(said).toEqual(['a', '3 more: b, c']);
    tell('d');
    expect(said).toHaveLength(2);
    clock.move(60_000);
    expect(said.at(-1)).toBe('1 more: d');
  });

  it('begins anew after a quiet minute', () => {
    const { clock, said, tell } = scene();
    tell('a');
    clock.move(60_000);
    tell('b');
    expect(said).toEqual(['a', 'b']);
  });

  it('names some of very many', () => {
    const { clock, said, tell } = scene();
    for (let number = 0; number < 2_000; number += 1) tell(`10.0.0.${number}`);
    clock.move(60_000);
    expect(said[1]).toBe('1999 more: 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5');
  });
});
