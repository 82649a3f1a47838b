import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changesBetween } from '../../../../hub/model/changes.ts';
import type { View } from '../../../../hub/model/store.ts';
import { portionsOf } from '../../../../hub/plan/portion.ts';
import { finishPending } from '../../../../hub/publish/pending.ts';
import { publishPortions } from '../../../../hub/publish/portions.ts';
import type { Published } from '../../../../hub/publish/publish.ts';
import { app, object, planFor } from '../../../fixtures/hub/plan.ts';
import { clusters, gitIn, joined, openHub, pass, type LedgerHub } from '../../../fixtures/hub/publish.ts';

let dir: string;
let hub: LedgerHub;
let told: (readonly string[])[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'portions-'));
  hub = await openHub(join(dir, 'data'));
  told = [];
});
afterEach(() => {
  hub.close();
  rmSync(dir, { recursive: true, force: true });
});

const everywhere = (version: string) =>
  clusters.map((cluster) => app('web', [object('ConfigMap/web', { data: { version } })], { cluster }));
const contents = ({ bundles }: View) =>
  [...bundles.values()].map(({ cluster, revision }) => [cluster, revision.generation, revision.apps]);

/** Publishes a version in portions of one cluster, until something else waits. */
async function publishEach(
  version: string,
  isAwaited = () => false,
): Promise<Published & { readonly isWhole: boolean }> {
  const view = await hub.store.read();
  await finishPending(hub.deps, view);
  const changed = joined(...clusters)(view);
  const { next, guarded, approvals } = planFor(changed, everywhere(version));
  const changes = changesBetween(view, { ...changed, guarded, approvals });
  const portions = portionsOf(next, view.bundles, 1);
  const message = (bundles: number) => `publish ${bundles}`;
  return publishPortions(
    hub.deps,
    { view, changes, portions, message },
    {
      published: ({ clusters: some }) => Promise.resolve(void told.push(some)),
      isAwaited,
    },
  );
}

describe('bundles that are published in portions', () => {
  it('are one commit each, the changes with the first, and lead to the same as all at once', async () => {
    const { isWhole, clusters: sent, moved, problems, state } = await publishEach('v1');
    expect({ isWhole, sent: [...sent].sort(), moved: moved.length, problems }).toEqual({
      isWhole: true,
      sent: [...clusters].sort(),
      moved: 3,
      problems: [],
    });
    expect(told.map((some) => some.length)).toEqual([1, 1, 1]);
    expect(gitIn(join(dir, 'data', 'ledger.git'), 'log', '--format=%s', 'main').split('\n')).toEqual([
      ...clusters.map(() => 'publish 1'),
      'begin the ledger',
    ]);
    const whole = await openHub(join(dir, 'whole'));
    await pass(whole, everywhere('v1'), joined(...clusters));
    expect(contents(state)).toEqual(contents(await whole.store.read()));
    expect(state.clusters).toEqual((await whole.store.read()).clusters);
    whole.close();
  });

  it('stop when something else waits, and the next pass publishes the rest', async () => {
    await publishEach('v1');
    told = [];
    expect(await publishEach('v2', () => told.length === 2)).toMatchObject({ isWhole: false, kind: 'committed' });
    expect(told).toHaveLength(2);
    const { clusters: rest } = await pass(hub, everywhere('v2'));
    expect([...told.flat(), ...rest].sort()).toEqual([...clusters].sort());
    expect((await pass(hub, everywhere('v2'))).clusters).toEqual([]);
  });

  it('are made up for when a hub dies between two of them', async () => {
    await publishEach('v1');
    told = [];
    const dying = publishEach('v2', () => {
      throw new Error('killed');
    });
    await expect(dying).rejects.toThrow('killed');
    hub.close();
    hub = await openHub(join(dir, 'data'));
    expect(told).toHaveLength(1);
    expect((await pass(hub, everywhere('v2'))).clusters).toHaveLength(2);
  });
});
