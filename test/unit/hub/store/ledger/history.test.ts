import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectReader } from '../../../../../hub/model/objects.ts';
import type { View } from '../../../../../hub/model/store.ts';
import { openHistory, type History } from '../../../../../hub/store/ledger/history.ts';
import { type Ledger } from '../../../../../hub/store/ledger/ledger.ts';
import { volumeRef } from '../../../../../hub/store/ledger/volume.ts';
import { openPackStore } from '../../../../../hub/store/packs/store.ts';
import { channel, clusterRecord } from '../../../../fixtures/hub/facts.ts';
import { at, hubKey, ledgerOf, withClusters } from '../../../../fixtures/hub/ledger.ts';
import { nextBundle } from '../../../../fixtures/hub/store.ts';

const ledgerRef = volumeRef(1);

const { registration } = clusterRecord('a');
const idOf = (name: string) => `/ConfigMap/default/${name}`;

let dir: string;
let store: ReturnType<typeof openPackStore>;
let ledger: Ledger;
let reads = 0;
let history: History;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'history-'));
  store = openPackStore(join(dir, 'ledger.git'));
  ledger = ledgerOf(store, hubKey());
  await ledger.create({ channel, epoch: 1 }, at);
  history = openHistory(counting());
  for (let number = 0; number < 30; number += 1) await publish(`app-${number}`);
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

function counting(): ObjectReader {
  const read: ObjectReader['read'] = (oid) => {
    reads += 1;
    return store.read(oid);
  };
  return { has: (oid) => store.has(oid), packed: (oid) => store.packed(oid), read };
}

async function publish(app: string): Promise<View> {
  const before = await ledger.read();
  const { bundle, objects } = nextBundle('a', before.bundles.get('a') ?? null, [app], store);
  const changes = { ...withClusters(before, clusterRecord('a')), bundles: new Map([['a', bundle]]) };
  return ledger.commit({ base: before.base, changes, objects, message: 'publish', at });
}

/** Asks whether these were ever published, and counts what is read for it. */
async function ask(...names: readonly string[]): Promise<{ readonly found: string[]; readonly reads: number }> {
  reads = 0;
  const head = store.refs().get(ledgerRef) ?? null;
  const found = await history.publishedIds(head, { cluster: 'a', registration, ids: new Set(names.map(idOf)) });
  return { found: [...found], reads };
}

describe('the history of a ledger', () => {
  it('is read once for a cluster, whatever ids it makes up afterwards', async () => {
    const first = await ask('never', 'app-3');
    expect(first.found).toEqual([idOf('app-3')]);
    expect(first.reads).toBeGreaterThan(30);
    for (const name of ['never', 'other', 'another']) expect(await ask(name)).toEqual({ found: [], reads: 0 });
    expect(await ask('app-17', 'nothing')).toEqual({ found: [idOf('app-17')], reads: 0 });
  });

  it('is read only as far back as is needed', async () => {
    expect((await ask('app-29')).reads).toBeLessThan(12);
    expect((await ask('app-28')).reads).toBeLessThan(12);
    expect((await ask('app-28')).reads).toBe(0);
  });

  it('is read on from where it was read to when commits are added', async () => {
    const { reads: whole } = await ask('later');
    await publish('later');
    const next = await ask('later', 'app-0');
    expect(next.found.sort()).toEqual([idOf('app-0'), idOf('later')]);
    expect(next.reads).toBeLessThan(whole / 10);
  });

  it('is read anew where the ledger is another one', async () => {
    await ask('never');
    const head = store.refs().get(ledgerRef) ?? null;
    const other = await history.publishedIds(null, { cluster: 'a', registration, ids: new Set([idOf('app-3')]) });
    expect([...other]).toEqual([]);
    const again = await history.publishedIds(head, { cluster: 'a', registration, ids: new Set([idOf('app-3')]) });
    expect([...again]).toEqual([idOf('app-3')]);
  });

  it('is forgotten when it is too large to keep, and read again', async () => {
    history = openHistory(counting(), 100);
    const first = await ask('never');
    expect(await ask('never')).toEqual(first);
  });
});
