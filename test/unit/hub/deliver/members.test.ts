import { describe, expect, it } from 'vitest';
import { hashOf, wavesOf } from '../../../../hub/deliver/members.ts';
import type { RolloutNumbers } from '../../../../hub/model/rollout.ts';
import { unit } from '../../../fixtures/hub/deliveries.ts';

const names = Array.from({ length: 20 }, (_, i) => `c${i}`);
const units = names.map((name, i) => unit(name, null, { labels: { region: i < 4 ? 'eu' : 'us' } }));
const app = 'default/web';

function namesOf(waves: RolloutNumbers['waves'], all = units, begun: Parameters<typeof wavesOf>[3] = {}) {
  const found = wavesOf(app, { name: 'all', rollout: { waves } }, all, begun);
  return Object.fromEntries(found.map(({ key, units: own }) => [key, own.map(({ key: one }) => one)]));
}

describe('wavesOf', () => {
  it('gives each cluster to the first wave that has it, and the rest to the last', () => {
    const waves = namesOf([
      { name: 'canary', clusters: { names: ['c1', 'c9'] } },
      { name: 'eu', clusters: { labels: { region: 'eu' } } },
      { clusters: { labels: { region: 'mars' } } },
    ]);
    expect(waves).toMatchObject({ 'all/canary': ['c1', 'c9'], 'all/eu': ['c0', 'c2', 'c3'], 'all/wave-3': [] });
    expect(waves['all/rest']).toHaveLength(15);
  });

  it.each([
    [{ percent: 5 }, 1],
    [{ percent: 6 }, 2],
    [{ percent: 100 }, 20],
    [{ count: 3 }, 3],
    [{ count: 99 }, 20],
    [{ percent: 50, labels: { region: 'eu' } }, 2],
  ])('%j is %i of 20 clusters: sizes round up', (clusters, size) => {
    expect(namesOf([{ name: 'some', clusters }])['all/some']).toHaveLength(size);
  });

  it('moves no other cluster when one joins a share that has begun', () => {
    const waves = [{ name: 'some', clusters: { percent: 25 } }];
    const [wave] = wavesOf(app, { name: 'all', rollout: { waves } }, units, {});
    const before = namesOf(waves);
    const more = [...units, ...Array.from({ length: 50 }, (_, i) => unit(`new${i}`, null))];
    const begun = { 'all/some': { startedAt: '', cutoff: wave?.cutoff ?? 0 } };
    const after = namesOf(waves, more, begun);
    expect(after['all/some']?.filter((name) => !name.startsWith('new'))).toEqual(before['all/some']);
    expect(after['all/rest']).toEqual(expect.arrayContaining(before['all/rest'] ?? []));
  });

  it('picks other clusters for another application, and the same ones always', () => {
    expect(hashOf(app, 'c1')).toBe(hashOf(app, 'c1'));
    expect(hashOf('default/api', 'c1')).not.toBe(hashOf(app, 'c1'));
  });
});
