import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { countSigners, parseSignatures, payloadTypes } from '../../../../shared/wire/envelope.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { freshnessKey, freshnessShard } from '../../../../shared/wire/freshness.ts';
import { clusterRef, freshRef, mainRef } from '../../../../shared/wire/layout.ts';
import { openFreshness } from '../../../../hub/publish/freshness.ts';
import { hasKeys, initKeys, loadKeys } from '../../../../hub/keys/hub-keys.ts';
import { rootFingerprint } from '../../../../hub/keys/root-documents.ts';
import { finishPending } from '../../../../hub/publish/pending.ts';
import { publish } from '../../../../hub/publish/publish.ts';
import { app, object, planFor } from '../plan/fixtures.ts';
import { clusters, gitIn, joined, openHub, pass, start, type TestHub } from './fixtures.ts';

let dir: string;
let hub: TestHub;
const hour = 3_600_000;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'publish-'));
  hub = await openHub(dir);
});
afterEach(() => {
  hub.close();
  rmSync(dir, { recursive: true, force: true });
});

const web = (version: string, cluster = 'one') =>
  app('web', ['Service/web', object('ConfigMap/web', { data: { version } })], { cluster });
const inChannel = (...args: string[]) => gitIn(join(dir, 'channel.git'), ...args);
const show = (ref: string, path: string) => inChannel('show', `${ref}:${path}`) + '\n';
const reopen = async () => {
  hub.close();
  hub = await openHub(dir);
};

describe('a published bundle', () => {
  it('is in the channel as the wire says, signed by the hub key, every object with its digest', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const payload = Buffer.from(show(clusterRef('one'), 'revision.json'));
    const signatures = parseSignatures(show(clusterRef('one'), 'revision.sig'));
    const { trusted } = hub.deps.keys;
    expect(countSigners(payloadTypes.revision, payload, signatures, trusted)).toBe(1);
    const bundle = formats.revision.decode(payload);
    expect(bundle).toMatchObject({
      cluster: 'one',
      generation: 1,
      ledger: 2,
      issuedAt: '2026-01-01T00:00:00.000Z',
      freshUntil: '2026-01-04T00:00:00.000Z',
    });
    expect(bundle.apps[0]!.objects).toHaveLength(2);
    for (const { path, digest } of bundle.apps[0]!.objects)
      expect(digestOf(show(clusterRef('one'), path))).toBe(digest);
  });

  it('is the same tree in the ledger, byte for byte', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    const { tree } = state.bundles.get('one')!;
    expect(inChannel('rev-parse', `${clusterRef('one')}^{tree}`)).toBe(tree);
    expect(gitIn(join(dir, 'ledger.git'), 'ls-tree', '-rtd', '--format=%(objectname)', 'main').split('\n')).toContain(
      tree,
    );
  });

  it('moves no ref and makes no commit when nothing changed', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const refs = new Map(hub.deps.channel.refs());
    const { kind, state } = await pass(hub, [web('v1')]);
    expect([kind, state.number]).toEqual(['unchanged', 2]);
    expect(hub.deps.channel.refs()).toEqual(refs);
  });

  it('comes back as v1 after v2, with history in order and the ledger able to name its past', async () => {
    for (const version of ['v1', 'v2', 'v1']) await pass(hub, [web(version)], joined('one'));
    expect(inChannel('log', '--format=%s', clusterRef('one')).split('\n')).toEqual(
      [3, 2, 1].map((n) => `one: generation ${n}`),
    );
    const { registration } = (await hub.store.read()).clusters.get('one')!;
    const [known, foreign] = ['/Service/default/web', '/Service/default/other'];
    const ids = new Set([known, foreign]);
    expect(await hub.store.published('one', registration, ids)).toEqual(new Set([known]));
    expect(await hub.store.published('one', 'someone else', ids)).toEqual(new Set());
  });

  it('goes out for 300 clusters in one pack and one move', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const packs = () =>
      readdirSync(join(dir, 'channel.git/objects/pack')).filter((name) => name.endsWith('.pack')).length;
    await pass(hub, [], joined('c0'));
    const before = packs();
    const { clusters: sent } = await pass(
      hub,
      names.map((name) => web('v1', name)),
      joined(...names),
    );
    expect([sent.length, packs() - before]).toEqual([300, 1]);
    expect(inChannel('for-each-ref', '--format=%(refname)', 'refs/heads/clusters').split('\n')).toHaveLength(300);
    expect(inChannel('fsck', '--strict', '--full')).toBe('');
    await reopen();
    expect((await hub.store.read()).bundles.size).toBe(300);
  });

  it('loses against a hub that was first, and nothing of it is seen', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const rival = await openHub(dir);
    const stale = await hub.store.read();
    await pass(rival, [web('v2')]);
    const { next } = planFor(stale, [web('v3')]);
    await expect(publish(hub.deps, { view: stale, changes: {}, next, message: 'late' })).rejects.toMatchObject({
      code: 'LEDGER_RACED',
    });
    expect(show(clusterRef('one'), 'objects/default.web/ConfigMap/default/web.json')).toContain('v2');
    expect((await pass(hub, [web('v3')])).state.bundles.get('one')!.revision.generation).toBe(3);
    rival.close();
  });
});

describe('the branch main', () => {
  it('has the root documents and a README, and HEAD is born', async () => {
    await pass(hub, []);
    const payload = Buffer.from(show(mainRef, 'root/1.json'));
    const document = formats.root.decode(payload);
    const sigs = parseSignatures(show(mainRef, 'root/1.sig'));
    expect(countSigners(payloadTypes.root, payload, sigs, document.roots.keys)).toBe(1);
    expect(digestOf(payload)).toBe(rootFingerprint(hub.deps.keys));
    expect(inChannel('ls-tree', '--name-only', 'HEAD').split('\n')).toEqual(['README.md', 'root']);
  });
});

describe('a channel that was touched', () => {
  it('gets lost refs back as parentless commits of the very same bytes, and goes on from there', async () => {
    await pass(hub, [web('v1')], joined('one'));
    const { state } = await pass(hub, [web('v2')]);
    const before = show(clusterRef('one'), 'revision.json');
    hub.close();
    rmSync(join(dir, 'channel.git'), { recursive: true });
    hub = await openHub(dir);
    const { moved, problems } = await finishPending(hub.deps, await hub.store.read());
    expect([moved, problems]).toEqual([[clusterRef('one'), mainRef], []]);
    expect(show(clusterRef('one'), 'revision.json')).toBe(before);
    expect(inChannel('rev-list', '--count', clusterRef('one'))).toBe('1');
    expect((await finishPending(hub.deps, state)).moved).toEqual([]);
    await pass(hub, [web('v3')]);
    expect(inChannel('rev-list', '--count', clusterRef('one'))).toBe('2');
    expect(inChannel('fsck', '--strict', '--full')).toBe('');
  });

  it('stops only the ref that somebody moved, says so, and loses nothing meanwhile', async () => {
    const rendered = (version: string) => clusters.map((cluster) => web(version, cluster));
    await pass(hub, rendered('v1'), joined(...clusters));
    inChannel('update-ref', clusterRef('two'), inChannel('rev-parse', 'main'));
    const { problems, clusters: sent } = await pass(hub, rendered('v2'));
    expect(sent).toEqual(['one', 'three']);
    expect(problems).toMatchObject([{ code: 'REF_DIVERGED', cluster: 'two' }]);
    expect(inChannel('rev-parse', clusterRef('two'))).toBe(inChannel('rev-parse', 'main'));
    inChannel('update-ref', '-d', clusterRef('two'));
    expect((await pass(hub, rendered('v2'))).clusters).toEqual(['two']);
    expect(show(clusterRef('two'), 'objects/default.web/ConfigMap/default/web.json')).toContain('v2');
  });

  it('stops main when it says something else than the root documents', async () => {
    await pass(hub, [web('v1')], joined('one'));
    inChannel('update-ref', mainRef, inChannel('rev-parse', clusterRef('one')));
    expect((await pass(hub, [web('v1')])).problems).toMatchObject([{ code: 'REF_DIVERGED' }]);
  });

  it('is newer than an old backup of the ledger: nothing is published', async () => {
    await pass(hub, [web('v1')], joined('one'));
    cpSync(join(dir, 'ledger.git'), join(dir, 'backup.git'), { recursive: true });
    for (const version of ['v2', 'v3']) await pass(hub, [web(version)]);
    const refs = new Map(hub.deps.channel.refs());
    hub.close();
    rmSync(join(dir, 'ledger.git'), { recursive: true });
    cpSync(join(dir, 'backup.git'), join(dir, 'ledger.git'), { recursive: true });
    hub = await openHub(dir);
    await expect(pass(hub, [web('v4')])).rejects.toMatchObject({ code: 'LEDGER_BEHIND' });
    expect(hub.deps.channel.refs()).toEqual(refs);
  });

  it('is newer than a ledger that was lost: nothing is published', async () => {
    await pass(hub, [web('v1')], joined('one'));
    hub.close();
    rmSync(join(dir, 'ledger.git'), { recursive: true });
    hub = await openHub(dir);
    await expect(pass(hub, [])).rejects.toMatchObject({ code: 'LEDGER_BEHIND', data: { subject: 'one' } });
  });
});

describe('freshness lists', () => {
  const shardOf = async (name: string) => freshnessShard((await hub.store.read()).clusters.get(name)!.registration);
  const listOf = async (name: string) =>
    formats.freshness.decode(Buffer.from(show(freshRef(await shardOf(name)), 'freshness.json')));

  it('name the current bundles of their shard, signed, for 72 hours, and move no other ref', async () => {
    const { state } = await pass(
      hub,
      clusters.map((name) => web('v1', name)),
      joined(...clusters),
    );
    const before = new Map(hub.deps.channel.refs());
    const shards = await openFreshness(hub.deps).renew(state, { all: true });
    expect(shards.length).toBe(new Set(await Promise.all(clusters.map(shardOf))).size);
    for (const [ref, oid] of before) expect(hub.deps.channel.refs().get(ref)).toBe(oid);
    for (const name of clusters) {
      const { revision: bundle, revisionDigest } = state.bundles.get(name)!;
      const list = await listOf(name);
      expect(list.current).toContain(freshnessKey(bundle.registration, revisionDigest));
      expect(Date.parse(list.freshUntil) - Date.parse(list.issuedAt)).toBe(72 * hour);
    }
    const ref = freshRef(shards[0]!);
    const signed = countSigners(
      payloadTypes.freshness,
      Buffer.from(show(ref, 'freshness.json')),
      parseSignatures(show(ref, 'freshness.sig')),
      hub.deps.keys.trusted,
    );
    expect(signed).toBe(1);
  });

  it('are signed again when less than 48 hours are left, each at its own moment, and not before', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    const keeper = openFreshness(hub.deps);
    await keeper.renew(state, { all: true });
    const due = keeper.dueAt(state)!;
    expect(due).toBeGreaterThanOrEqual(start + 24 * hour);
    expect(due).toBeLessThan(start + 30 * hour);
    hub.now = due - 1;
    expect(await keeper.renew(state, { all: false })).toEqual([]);
    hub.now = due;
    expect(await keeper.renew(state, { all: false })).toEqual([await shardOf('one')]);
    expect(inChannel('rev-list', '--count', freshRef(await shardOf('one')))).toBe('2');
  });

  it('are signed again after a restart only when told to, or when due', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    await openFreshness(hub.deps).renew(state, { all: true });
    await reopen();
    expect(await openFreshness(hub.deps).renew(state, { all: false })).toEqual([]);
    expect(await openFreshness(hub.deps).renew(state, { all: true })).toEqual([await shardOf('one')]);
  });

  it('leave out a registration that was revoked or replaced', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    const record = state.clusters.get('one')!;
    for (const changed of [
      { ...record, revoked: true },
      { ...record, registration: 'another' },
    ]) {
      const next = { ...state, clusters: new Map([['one', changed]]) };
      expect(await openFreshness(hub.deps).renew(next, { all: true })).toEqual([]);
    }
  });

  it('are replaced when what is there cannot be read', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    inChannel('update-ref', freshRef(await shardOf('one')), inChannel('rev-parse', 'main'));
    await openFreshness(hub.deps).renew(state, { all: false });
    expect((await listOf('one')).current).toHaveLength(1);
  });
});

describe('keys', () => {
  it('are made once, readable by their owner alone', () => {
    const folder = join(dir, 'keys');
    expect(() => initKeys(folder)).toThrow(expect.objectContaining({ code: 'EXISTS' }) as Error);
    for (const file of ['root.key', 'hub.key', 'root/1.json', 'root/1.sig']) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    }
  });

  it('work without the root key, which may be kept elsewhere', () => {
    rmSync(join(dir, 'keys', 'root.key'));
    expect(loadKeys(join(dir, 'keys')).channel).toBe(hub.deps.keys.channel);
  });

  it('are refused when the hub key is not the one that the root document names', () => {
    const other = join(dir, 'other');
    expect(hasKeys(other)).toBe(false);
    initKeys(other);
    writeFileSync(join(dir, 'keys', 'hub.key'), readFileSync(join(other, 'hub.key')));
    expect(() => loadKeys(join(dir, 'keys'))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
  });

  it('are begun again when their making was cut', () => {
    const cut = join(dir, 'cut');
    initKeys(cut);
    rmSync(join(cut, 'root', '1.json'));
    expect(hasKeys(cut)).toBe(false);
    expect(initKeys(cut).roots).toHaveLength(1);
  });
});
