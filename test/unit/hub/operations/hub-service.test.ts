import { describe, expect, it } from 'vitest';
import { createHubService } from '../../../../hub/operations/hub-service.ts';
import { memoryHub } from '../../../fakes/hub.ts';
import { now, stateOf } from '../../../fixtures/hub/status.ts';

describe('signed bodies that come at once', () => {
  it.each(['report', 'enrol'] as const)('are read a few a turn of the loop: %s', async (name) => {
    const hub = createHubService((await memoryHub(stateOf([]), now)).parts);
    let [turns, isDone] = [0, false];
    const tick = (): void => {
      turns += 1;
      if (!isDone) setImmediate(tick);
    };
    setImmediate(tick);
    const bodies = Array.from({ length: 200 }, () => hub[name](Buffer.from('{}'), undefined));
    const results = await Promise.allSettled(bodies);
    isDone = true;
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(turns).toBeGreaterThan(10);
  });
});
