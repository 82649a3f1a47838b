import { describe, expect, it } from 'vitest';
import type { Changes } from '../../../../../hub/model/changes.ts';
import type { View } from '../../../../../hub/model/store.ts';
import type { GitObject } from '../../../../../shared/lib/git/object.ts';
import { memoryObjects } from '../../../../../hub/run/rehearsal/objects.ts';
import { channel, clusterRecord } from '../../../../fixtures/hub/facts.ts';
import { at, hubKey, ledgerOf } from '../../../../fixtures/hub/ledger.ts';
import { nextBundle } from '../../../../fixtures/hub/store.ts';

const key = hubKey();

/** What a commit made: each object was encoded and hashed, whether it was new or not. */
interface Made {
  readonly trees: number;
  readonly objects: number;
  readonly bytes: number;
}

/** A ledger with this many registered clusters, each with a bundle, and what a commit to it makes. */
async function fleetOf(count: number) {
  const store = memoryObjects();
  let made: readonly GitObject[] = [];
  const ledger = ledgerOf({ ...store, write: (objects) => store.write((made = objects)) }, key);
  const first = await ledger.create({ channel, epoch: 1 }, at);
  const names = Array.from({ length: count }, (_, i) => `cluster-${i}`);
  const { bundle, objects } = nextBundle('cluster-0', null, ['web', 'api']);
  const clusters = new Map(names.map((name) => [name, clusterRecord(name)]));
  const bundles = new Map(names.map((name) => [name, { ...bundle, cluster: name }]));
  const start = await ledger.commit({ base: first.base, changes: { clusters, bundles }, message: 'all', at, objects });
  const cost = async (changes: Changes, more: readonly GitObject[] = []): Promise<Made> => {
    await ledger.commit({ base: (await ledger.read()).base, changes, message: 'one', at, objects: more });
    return {
      trees: made.filter(({ type }) => type === 'tree').length,
      objects: made.length,
      bytes: made.reduce((sum, { body }) => sum + body.length, 0),
    };
  };
  return { start, store, cost };
}

type Fleet = Awaited<ReturnType<typeof fleetOf>>;

const events: readonly (readonly [event: string, cost: (fleet: Fleet) => Promise<Made>, objects: number])[] = [
  // The commit, three trees (root, clusters, its shard), one record.
  ['a join', ({ cost }) => cost({ clusters: new Map([['new', clusterRecord('new')]]) }), 5],
  [
    'a change of labels',
    ({ cost }) =>
      cost({ clusters: new Map([['cluster-2', clusterRecord('cluster-2', { labels: { tier: 'edge' } })]]) }),
    5,
  ],
  // Three files of the bundle and the five folders on the way to them; the commit, four trees (root, bundles, its shard, its
  // folder), and the commits of its ref.
  [
    'a publication of one cluster',
    ({ cost, start, store }) => {
      const { bundle, objects } = nextBundle('cluster-2', bundleOf(start, 'cluster-2'), ['web', 'db'], store);
      return cost({ bundles: new Map([['cluster-2', bundle]]) }, objects);
    },
    14,
  ],
  [
    'a cluster that goes',
    ({ cost }) => cost({ clusters: new Map([['cluster-2', null]]), bundles: new Map([['cluster-2', null]]) }),
    6,
  ],
];

function bundleOf(view: View, cluster: string) {
  return view.bundles.get(cluster) ?? expect.fail();
}

describe('what a commit makes', () => {
  it.each(events)('is the same in a fleet of any size: %s', async (_, cost, objects) => {
    const [few, many] = [await cost(await fleetOf(1_000)), await cost(await fleetOf(3_000))];
    expect([many.trees, many.objects]).toEqual([few.trees, few.objects]);
    expect(many.objects).toBe(objects);
    // Folders spread names over 256: what grows is the one folder that the name falls into.
    expect(many.bytes).toBeLessThan(25_000);
    expect(many.bytes - few.bytes).toBeLessThan(2_000);
  });
});
