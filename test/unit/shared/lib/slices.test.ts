import { describe, expect, it } from 'vitest';
import {
  atOnce,
  inSlices,
  startLongSlices,
  startSlices,
  unitsOfBytes,
  type Work,
} from '../../../../shared/lib/slices.ts';

describe('slices', () => {
  it('give way once a slice is full, and count anew', async () => {
    let turns = 0;
    const slices = startSlices(() => Promise.resolve(void (turns += 1)));
    for (let done = 0; done < 100; done += 1) await slices.spend(50);
    expect(turns).toBe(10);
  });

  it('of what a person waits for give way less often than others', async () => {
    const done: string[] = [];
    const work = async (name: string, slices: ReturnType<typeof startSlices>) => {
      for (let step = 0; step < 30; step += 1) await slices.spend(250);
      done.push(name);
    };
    await Promise.all([work('a pass', startSlices()), work('the status', startLongSlices())]);
    expect(done).toEqual(['the status', 'a pass']);
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

describe('work in steps', () => {
  function* adding(count: number): Work<number> {
    let sum = 0;
    for (let step = 1; step <= count; step += 1) {
      sum += step;
      yield 100;
    }
    return sum;
  }

  it('answers the same at once and in slices, and gives way in between', async () => {
    let turns = 0;
    const slices = startSlices(() => Promise.resolve(void (turns += 1)));
    expect([atOnce(adding(20)), await inSlices(adding(20), slices)]).toEqual([210, 210]);
    expect(turns).toBe(4);
    expect(await inSlices(adding(3))).toBe(6);
  });

  it('lets a timer that is due run before it is over', async () => {
    let ran = false;
    setImmediate(() => (ran = true));
    expect([await inSlices(adding(100)), ran]).toEqual([5_050, true]);
  });
});
