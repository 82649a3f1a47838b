import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { volumeRef } from '../../../hub/store/ledger/volume.ts';
import { clusterRef } from '../../../shared/wire/layout.ts';
import { git } from '../../fakes/git.ts';
import { startGitServer, type GitServer } from '../../fakes/git-server.ts';
import { app, object } from '../../fixtures/hub/plan.ts';
import { clusters, gitIn, joined, pass } from '../../fixtures/hub/publish.ts';
import { openRemoteHub, type RemoteHub } from './hub.ts';

let dir: string;
let server: GitServer;
let ledger: { readonly gitdir: string; readonly url: string };
let channel: { readonly gitdir: string; readonly url: string };
const hubs: RemoteHub[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'remote-volumes-'));
  server = await startGitServer({ folder: join(dir, 'git') });
  [ledger, channel] = [await server.create('ledger'), await server.create('channel')];
  for (const { gitdir } of [ledger, channel]) await git(gitdir, 'config', 'receive.fsckObjects', 'true');
});
afterEach(async () => {
  for (const hub of hubs.splice(0)) hub.close();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const open = async (name = 'hub', keyFile: string | null = null): Promise<RemoteHub> => {
  const urls = { ledger: ledger.url, channel: channel.url, volumes: { ms: 0, bytes: 1 } };
  const hub = await openRemoteHub(join(dir, name), urls, keyFile);
  hubs.push(hub);
  return hub;
};
const everywhere = (version: string) =>
  clusters.map((cluster) => app('web', ['Service/web', object('ConfigMap/web', { data: { version } })], { cluster }));
const cut = async ({ stores: { retention } }: RemoteHub) => {
  await retention.prepare();
  await retention.run();
};
const branches = () => gitIn(ledger.gitdir, 'for-each-ref', '--format=%(refname)').split('\n').sort();
const told = async (hub: RemoteHub) => ({ ...(await hub.store.read()), base: null });
const volumes = (...numbers: readonly number[]) => numbers.map(volumeRef).sort();

/** A ledger of three volumes, each with a change; the hub is still open. */
async function threeVolumes(): Promise<RemoteHub> {
  const hub = await open();
  await pass(hub, everywhere('v1'), joined(...clusters));
  for (const version of ['v2', 'v3']) {
    await cut(hub);
    await pass(hub, everywhere(version));
  }
  return hub;
}

describe('a ledger of three volumes on a Git host', () => {
  it('is one branch a volume there, and the newest one is restored on an empty disk', { timeout: 60_000 }, async () => {
    const hub = await threeVolumes();
    expect(branches()).toEqual(volumes(1, 2, 3));
    gitIn(ledger.gitdir, 'fsck', '--strict', '--full');
    const before = await told(hub);
    hub.close();
    renameSync(join(dir, 'hub', 'keys', 'hub.key'), join(dir, 'hub.key'));
    rmSync(join(dir, 'hub'), { recursive: true });

    const again = await open('again', join(dir, 'hub.key'));
    await again.catchUp();
    expect(await told(again)).toEqual(before);
    expect([...(await pass(again, everywhere('v4'))).clusters].sort()).toEqual([...clusters].sort());
    expect(gitIn(ledger.gitdir, 'log', '--format=%s', 'ledger/3').split('\n')).toEqual([
      'publish',
      'publish',
      'begin volume 3',
    ]);
    expect(gitIn(channel.gitdir, 'rev-parse', clusterRef('one'))).toBe((await told(again)).bundles.get('one')?.commit);
  });

  it('goes on when old volumes were deleted on the host', { timeout: 60_000 }, async () => {
    const hub = await threeVolumes();
    for (const volume of [1, 2]) gitIn(ledger.gitdir, 'update-ref', '-d', volumeRef(volume));
    gitIn(ledger.gitdir, 'gc', '--prune=now', '--quiet');
    await hub.catchUp();
    await pass(hub, everywhere('v4'));
    hub.close();
    const again = await open();
    await again.catchUp();
    await cut(again);
    await pass(again, everywhere('v5'));
    expect(branches()).toEqual(volumes(3, 4));
    expect((await told(again)).bundles.get('one')?.revision.generation).toBe(5);
  });

  it('is followed by a hub that slept through two of them', { timeout: 60_000 }, async () => {
    const hub = await open();
    await pass(hub, everywhere('v1'), joined(...clusters));
    hub.close();
    renameSync(join(dir, 'hub'), join(dir, 'sleeping'));
    const key = join(dir, 'sleeping', 'keys', 'hub.key');
    const other = await open('other', key);
    await other.catchUp();
    for (const version of ['v2', 'v3']) {
      await cut(other);
      await pass(other, everywhere(version));
    }
    const sleeping = await open('sleeping');
    await sleeping.catchUp();
    expect(await told(sleeping)).toEqual(await told(other));
    await pass(sleeping, everywhere('v4'));
    await expect(pass(other, everywhere('v5'))).rejects.toMatchObject({ code: 'LEDGER_RACED' });
    await other.catchUp();
    expect(await told(other)).toEqual(await told(sleeping));
  });

  it('gets one next volume when two hubs end the same one', { timeout: 60_000 }, async () => {
    const hub = await open();
    await pass(hub, everywhere('v1'), joined(...clusters));
    const rival = await open('rival', join(dir, 'hub', 'keys', 'hub.key'));
    await rival.catchUp();
    // In the same second both would write the very same commits.
    rival.now += 1_000;
    const results = await Promise.allSettled([cut(hub), cut(rival)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find((result) => result.status === 'rejected')?.reason).toMatchObject({ code: 'LEDGER_RACED' });
    for (const one of [hub, rival]) await one.catchUp();
    expect(await told(hub)).toEqual(await told(rival));
    expect(branches()).toEqual(volumes(1, 2));
  });
});
