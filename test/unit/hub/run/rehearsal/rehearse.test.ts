import { expect, it } from 'vitest';
import { readHere, type FileReader } from '../../../../../hub/load/reader.ts';
import { rehearse } from '../../../../../hub/run/rehearsal/rehearse.ts';
import { systemClock } from '../../../../../shared/adapters/clock.ts';

const { signal } = new AbortController();

it('delivers examples that have no problem, other content in each round', async () => {
  const results = await rehearse(readHere, systemClock, signal);
  expect(results.length).toBeGreaterThan(1);
  expect(results.map(({ clusters, problems }) => [clusters, problems])).toEqual(results.map(() => [['example'], []]));
});

it('is over where the hub stops, and where files cannot be read', async () => {
  let asked = 0;
  const reader: FileReader = {
    read: () => {
      asked += 1;
      return Promise.reject(new Error('the thread does not start'));
    },
  };
  expect(await rehearse(reader, systemClock, AbortSignal.abort())).toEqual([]);
  expect(asked).toBe(0);
  await expect(rehearse(reader, systemClock, signal)).resolves.toBeDefined();
  expect(asked).toBeGreaterThan(0);
});
