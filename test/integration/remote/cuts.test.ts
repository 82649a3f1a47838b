import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttp, type HttpClient } from '../../../shared/adapters/http/client.ts';
import { createRepos } from '../../../shared/adapters/git/repos.ts';
import { openFreshness } from '../../../hub/publish/freshness.ts';
import { clusterRef, freshRef } from '../../../shared/wire/layout.ts';
import { git } from '../../fakes/git.ts';
import { startGitServer, type GitServer } from '../../fakes/git-server.ts';
import { app, object } from '../../fixtures/hub/plan.ts';
import { gitIn, joined, pass } from '../../fixtures/hub/publish.ts';
import { openRemoteHub, type RemoteHub } from './hub.ts';

let dir: string;
let server: GitServer;
let ledger: { readonly gitdir: string; readonly url: string };
let channel: { readonly gitdir: string; readonly url: string };
const hubs: RemoteHub[] = [];
/** The generation at which the history of a ref begins anew. */
const cut = 16;
const names = ['one', 'two'];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'remote-cuts-'));
  server = await startGitServer({ folder: join(dir, 'git') });
  [ledger, channel] = [await server.create('ledger'), await server.create('channel')];
  for (const { gitdir } of [ledger, channel]) await git(gitdir, 'config', 'receive.fsckObjects', 'true');
});
afterEach(async () => {
  for (const hub of hubs.splice(0)) hub.close();
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const open = async (name = 'hub'): Promise<RemoteHub> => {
  const hub = await openRemoteHub(join(dir, name), { ledger: ledger.url, channel: channel.url });
  hubs.push(hub);
  return hub;
};
const everywhere = (version: number) =>
  names.map((cluster) =>
    app('web', ['Service/web', object('ConfigMap/web', { data: { version: `${version}` } })], { cluster }),
  );
const lengths = () => names.map((name) => Number(gitIn(channel.gitdir, 'rev-list', '--count', clusterRef(name))));

/** Publishes the generations from one to another; none of them may have a problem. */
async function publish(hub: RemoteHub, from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version += 1) {
    const { problems, moved } = await pass(hub, everywhere(version), joined(...names));
    expect([problems, moved.length]).toEqual([[], names.length]);
  }
}

/** An agent of the cluster `one`: the generation that it reads, time and again from the same Git host. */
function reader(http: HttpClient): () => Promise<number> {
  const source = createRepos(http).source({ url: channel.url });
  const ref = clusterRef('one');
  return async () => {
    const signal = AbortSignal.timeout(30_000);
    const at = (await source.lookup([ref], signal)).get(ref) ?? '';
    const limits = { wireBytes: 2 ** 20, inflatedBytes: 2 ** 22, objects: 1_000 };
    const found = await source.files(ref, at, { limits, signal });
    const text = Buffer.from((await found.read('revision.json')) ?? []).toString();
    return (JSON.parse(text) as { readonly generation: number }).generation;
  };
}

describe('the history of a ref on a Git host', { timeout: 120_000 }, () => {
  it('begins anew, agents read on, and a copy that was away follows', async () => {
    const hub = await open();
    const http = createHttp();
    const read = reader(http);
    await publish(hub, 1, cut - 2);
    expect(await read()).toBe(cut - 2);
    cpSync(join(dir, 'hub'), join(dir, 'away'), { recursive: true });
    await publish(hub, cut - 1, cut + 1);
    expect(lengths()).toEqual([2, 2]);
    expect(await read()).toBe(cut + 1);
    http.close();
    gitIn(channel.gitdir, 'fsck', '--strict', '--full', '--no-dangling');
    const away = await open('away');
    await away.catchUp();
    expect(away.stores.served.refs()).toEqual(hub.stores.served.refs());
    await publish(away, cut + 2, cut + 2);
    expect(lengths()).toEqual([3, 3]);
  });

  it('goes on where the host keeps all of it, and nothing waits for that', async () => {
    await git(channel.gitdir, 'config', 'receive.denyNonFastForwards', 'true');
    const hub = await open();
    await publish(hub, 1, cut + 1);
    expect(lengths()).toEqual([cut + 1, cut + 1]);
    hub.close();
    const again = await open();
    await again.catchUp();
    await publish(again, cut + 2, cut + 2);
    expect((await again.store.read()).bundles.get('one')?.revision.generation).toBe(cut + 2);
    expect(lengths()).toEqual([cut + 2, cut + 2]);
    const keeper = openFreshness(again.deps);
    const state = await again.store.read();
    let shards: readonly string[] = [];
    for (let round = 0; round < cut; round += 1) {
      shards = await keeper.renew(state);
      expect(shards.length).toBeGreaterThan(0);
      again.now += 2 * 24 * 3_600_000;
    }
    expect(Number(gitIn(channel.gitdir, 'rev-list', '--count', freshRef(shards[0] ?? '')))).toBe(cut);
  });
});
