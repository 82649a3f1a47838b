import { describe, expect, it } from 'vitest';
import { hourly } from '../../../../hub/run/hourly.ts';
import { manualClock, silentLog } from '../../../fakes/agent.ts';

const hour = 3_600_000;

describe('what is done once an hour', () => {
  it('goes on where it fails, and ends with its signal', async () => {
    const [clock, stop] = [manualClock(), new AbortController()];
    let times = 0;
    const run = () => Promise.reject(new Error(`the disk is full: ${(times += 1)}`));
    hourly({ clock, log: silentLog, loop: { alone: (what) => what() }, run }, stop.signal);
    const passed = async (ms: number) => {
      clock.move(ms);
      for (let turns = 0; turns < 5; turns++) await Promise.resolve();
      return times;
    };
    expect([await passed(hour - 1), await passed(1), await passed(hour)]).toEqual([0, 1, 2]);
    stop.abort();
    expect(await passed(2 * hour)).toBe(2);
  });
});
