import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countSigners, newSeed, parseSignatures, payloadTypes, signerOf } from '../../../../shared/wire/envelope.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { freshnessKey, freshnessShard } from '../../../../shared/wire/freshness.ts';
import { freshRef } from '../../../../shared/wire/layout.ts';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import { openFreshness } from '../../../../hub/publish/freshness.ts';
import type { PublishDeps } from '../../../../hub/publish/types.ts';
import { app, object } from '../../../fixtures/hub/plan.ts';
import { clusters, gitIn, joined, openHub, pass, start, type TestHub } from '../../../fixtures/hub/publish.ts';

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
    const shards = await openFreshness(hub.deps).renew(state);
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

  it('begin their history anew every 16 days', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    const keeper = openFreshness(hub.deps);
    const lengths: number[] = [];
    for (let day = 0; day < 40; day += 1) {
      hub.now = start + day * 24 * hour;
      const [shard] = await keeper.renew(state);
      if (shard !== undefined) lengths.push(Number(inChannel('rev-list', '--count', freshRef(shard))));
    }
    expect(lengths.length).toBeGreaterThan(18);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(16);
    expect(lengths.filter((length) => length === 1).length).toBeGreaterThan(1);
  });

  it('are signed again when less than 48 hours are left, each at its own moment, and not before', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    const keeper = openFreshness(hub.deps);
    await keeper.renew(state);
    const due = keeper.dueAt(state)!;
    expect(due).toBeGreaterThanOrEqual(start + 24 * hour);
    expect(due).toBeLessThan(start + 30 * hour);
    hub.now = due - 1;
    expect(await keeper.renew(state)).toEqual([]);
    hub.now = due;
    expect(await keeper.renew(state)).toEqual([await shardOf('one')]);
    expect(inChannel('rev-list', '--count', freshRef(await shardOf('one')))).toBe('2');
  });

  it('are not signed again after a restart before they are due', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    await openFreshness(hub.deps).renew(state);
    await reopen();
    expect(await openFreshness(hub.deps).renew(state)).toEqual([]);
  });

  it.each<[why: string, change: (deps: PublishDeps) => PublishDeps]>([
    ['another hub key signs now', (deps) => ({ ...deps, keys: { ...deps.keys, hub: signerOf(newSeed()) } })],
    ['they are to be fresh for less long', (deps) => ({ ...deps, freshMs: 12 * hour })],
    ['they are to be fresh for longer', (deps) => ({ ...deps, freshMs: 720 * hour })],
  ])('are signed again at once when %s', async (_, change) => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    await openFreshness(hub.deps).renew(state);
    const keeper = openFreshness(change(hub.deps));
    expect(await keeper.renew(state)).toEqual([await shardOf('one')]);
    expect(await keeper.renew(state)).toEqual([]);
  });

  it.each<[what: string, change: (record: ClusterRecord) => ClusterRecord | null]>([
    ['revoked', (record) => ({ ...record, revoked: true })],
    ['replaced', (record) => ({ ...record, registration: 'another' })],
    ['forgotten', () => null],
  ])('vouch no more for a registration that was %s, from then on', async (_, change) => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    const shard = await shardOf('one');
    const keeper = openFreshness(hub.deps);
    await keeper.renew(state);
    const record = change(state.clusters.get('one')!);
    const next = { ...state, clusters: new Map(record === null ? [] : [['one', record]]) };
    expect(keeper.dueAt(next)).toBe(0);
    expect(await keeper.renew(next)).toEqual([shard]);
    expect((await listOf('one')).current).toEqual([]);
    expect([await keeper.renew(next), keeper.dueAt(next)]).toEqual([[], null]);
  });

  it('leave out a registration that was revoked or replaced', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    const record = state.clusters.get('one')!;
    for (const changed of [
      { ...record, revoked: true },
      { ...record, registration: 'another' },
    ]) {
      const next = { ...state, clusters: new Map([['one', changed]]) };
      expect(await openFreshness(hub.deps).renew(next)).toEqual([]);
    }
  });

  it('are replaced when what is there cannot be read', async () => {
    const { state } = await pass(hub, [web('v1')], joined('one'));
    inChannel('update-ref', freshRef(await shardOf('one')), inChannel('rev-parse', 'main'));
    await openFreshness(hub.deps).renew(state);
    expect((await listOf('one')).current).toHaveLength(1);
  });
});
