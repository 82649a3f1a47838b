import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReports } from '../../../hub/collect/reports.ts';
import { ensureSecret } from '../../../hub/config/data-folder.ts';
import { finishPending } from '../../../hub/publish/pending.ts';
import { backedBy } from '../../../hub/store/backed.ts';
import { openStores, type HubStores } from '../../../hub/store/open.ts';
import { openReportStore } from '../../../hub/store/reports/store.ts';
import { treeFiles } from '../../../hub/model/tree-files.ts';
import { asSluiceError } from '../../../shared/errors.ts';
import { silentLog } from '../../fakes/agent.ts';
import { start, joined, pass } from '../../fixtures/hub/publish.ts';
import { app, object } from '../../fixtures/hub/plan.ts';
import { harms, pathsOf } from './harms.ts';

const clock = { now: () => start, monotonic: () => 0 };
let folder: string;
let whole: string;

/** Opens a data folder as a hub does before it listens, and brings its channel to what the ledger says. */
async function open(data: string): Promise<HubStores> {
  for (const name of ['admin-token', 'webhook-secret', 'metrics-token']) await ensureSecret(data, name);
  const stores = await openStores(data, { clock });
  try {
    const reports = openReportStore(join(data, 'reports'), silentLog);
    await openReports(reports).finally(reports.close);
    await finishPending({ ...stores, clock }, await stores.store.read());
    return stores;
  } catch (error) {
    stores.close();
    throw error;
  }
}

/** `serves` when every object of the bundle is in reach of its cluster; else the code of the error that the hub ends with. */
async function outcomeOf(data: string): Promise<string> {
  try {
    const stores = await open(data);
    const { tree } = (await stores.store.read()).bundles.get('one')!;
    const shown = backedBy(stores.served, stores.store.objects);
    const files = [...treeFiles(shown, tree).values()].map((oid) => shown.read(oid));
    stores.close();
    return files.length > 3 && files.every((file) => file !== null) ? 'serves' : 'serves a part';
  } catch (thrown) {
    const error = asSluiceError(thrown);
    const { path, subject, hint } = error.data;
    expect([path ?? subject, hint], error.message).toEqual([expect.any(String), expect.any(String)]);
    return error.code;
  }
}

const secrets = ['keys/hub.key', 'keys/root.key', 'keys/root/1.json', 'keys/root/1.sig'];
const bytesIn = (data: string) =>
  new Map(
    secrets
      .filter((name) => existsSync(join(data, name)) && statSync(join(data, name)).isFile())
      .map((name) => [name, readFileSync(join(data, name), 'hex')]),
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-data-'));
  whole = join(folder, 'whole');
  const stores = await open(whole);
  const hub = { deps: { ...stores, clock }, store: stores.store, now: start, close: stores.close };
  await pass(hub, [app('web', ['Service/web', object('ConfigMap/web', { data: { version: '1' } })])], joined('one'));
  hub.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const every = <T>(outcome: T) => ({
  lost: outcome,
  cut: outcome,
  empty: outcome,
  unreadable: outcome,
  flipped: outcome,
});
const folders = <T>(lost: T, unreadable: string) => ({ lost, unreadable });

/** What becomes of a hub, by what is harmed and how; ` or ` where it depends on which byte that is. */
const table: Readonly<Record<string, Readonly<Partial<Record<keyof typeof harms, string>>>>> = {
  'keys/hub.key': every('CONFIG_INVALID'),
  'keys/root.key': every('serves'),
  'keys/root/1.json': { ...every('CONFIG_INVALID'), lost: 'serves' },
  'keys/root/1.sig': { ...every('CONFIG_INVALID'), lost: 'serves' },
  'keys/root': folders('serves', 'UNAVAILABLE'),
  keys: folders('CONFIG_INVALID', 'CONFIG_INVALID'),
  'ledger.git': folders('LEDGER_INVALID', 'UNAVAILABLE'),
  'ledger.git/HEAD': every('serves'),
  'ledger.git/config': every('serves'),
  'ledger.git/packed-refs': { ...every('LEDGER_INVALID'), unreadable: 'UNAVAILABLE' },
  'ledger.git/refs': folders('serves', 'UNAVAILABLE'),
  'ledger.git/objects/pack': folders('LEDGER_INVALID', 'UNAVAILABLE'),
  'ledger.git/objects/pack/*.pack': {
    ...every('LEDGER_INVALID'),
    unreadable: 'PACK_INVALID',
    flipped: 'serves or LEDGER_INVALID',
  },
  'ledger.git/objects/pack/*.idx': {
    ...{ lost: 'LEDGER_INVALID', cut: 'PACK_INVALID', empty: 'PACK_INVALID', unreadable: 'UNAVAILABLE' },
    flipped: 'serves or LEDGER_INVALID or PACK_INVALID',
  },
  'channel.git': folders('serves', 'UNAVAILABLE'),
  'channel.git/HEAD': every('serves'),
  'channel.git/packed-refs': { ...every('serves'), unreadable: 'UNAVAILABLE' },
  'channel.git/refs': folders('serves', 'UNAVAILABLE'),
  'channel.git/objects/pack': folders('serves', 'UNAVAILABLE'),
  'channel.git/objects/pack/*.pack': {
    ...{ lost: 'serves', cut: 'serves or PACK_INVALID', empty: 'PACK_INVALID', unreadable: 'PACK_INVALID' },
    flipped: 'serves or PACK_INVALID',
  },
  'channel.git/objects/pack/*.idx': {
    ...{ lost: 'serves', cut: 'PACK_INVALID', empty: 'PACK_INVALID', unreadable: 'UNAVAILABLE' },
    flipped: 'serves or PACK_INVALID',
  },
  reports: folders('serves', 'UNAVAILABLE'),
  'reports/reports.db': { ...every('serves'), unreadable: 'UNAVAILABLE' },
  'admin-token': { ...every('serves'), empty: 'CONFIG_INVALID', unreadable: 'CONFIG_INVALID' },
  'metrics-token': { ...every('serves'), empty: 'CONFIG_INVALID', unreadable: 'CONFIG_INVALID' },
  'webhook-secret': { ...every('serves'), empty: 'CONFIG_INVALID', unreadable: 'CONFIG_INVALID' },
};

describe('a data folder that was harmed', () => {
  it.each(Object.entries(table))(
    '%s: the hub serves or says why not, and no key is ever another',
    async (name, wanted) => {
      for (const [harm, allowed] of Object.entries(wanted) as [keyof typeof harms, string][]) {
        const data = join(folder, 'harmed');
        cpSync(whole, data, { recursive: true });
        for (const path of pathsOf(data, name)) harms[harm](path);
        const before = bytesIn(data);
        expect(allowed.split(' or '), `${name} ${harm}`).toContain(await outcomeOf(data));
        const [after, original] = [bytesIn(data), bytesIn(whole)];
        for (const [file, bytes] of after)
          expect(bytes, `${file} after ${name} ${harm}`).toBe(before.get(file) ?? original.get(file));
        for (const file of before.keys()) expect(after.has(file)).toBe(true);
        rmSync(data, { recursive: true });
      }
    },
  );

  it('never gets a new ledger or channel beside keys that signed another, wherever its parts were lost', async () => {
    for (const lost of [
      ['ledger.git'],
      ['ledger.git', 'channel.git'],
      ['ledger.git', 'channel.git', 'keys/root'],
      ['ledger.git', 'keys'],
    ]) {
      const data = join(folder, 'lost');
      cpSync(whole, data, { recursive: true });
      for (const name of lost) rmSync(join(data, name), { recursive: true });
      const before = bytesIn(data);
      expect(await outcomeOf(data), lost.join()).toMatch(/^(LEDGER|CONFIG)_INVALID$/);
      expect(bytesIn(data)).toEqual(before);
      expect(pathsOf(data, 'ledger.git/objects/pack/*.pack')).toEqual([]);
      rmSync(data, { recursive: true });
    }
  });
});
