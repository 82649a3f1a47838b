import { describe, expect, it } from 'vitest';
import { startSlices, unitsOfBytes } from '../../../../hub/model/slices.ts';

describe('slices', () => {
  it('give way once a slice is full, and count anew', async () => {
    let turns = 0;
    const slices = startSlices(() => Promise.resolve(void (turns += 1)));
    for (let done = 0; done < 100; done += 1) await slices.spend(50);
    expect(turns).toBe(10);
  });

  it('let a timer that is due run before the work is over', async () => {
    const slices = startSlices();
    let ran = false;
    setImmediate(() => (ran = true));
    for (let done = 0; done < 10; done += 1) await slices.spend(1_000);
    expect(ran).toBe(true);
  });

  it('count bytes by the kilobyte', () => {
    expect([unitsOfBytes(0), unitsOfBytes(1), unitsOfBytes(2048)]).toEqual([2, 3, 4]);
  });
});
