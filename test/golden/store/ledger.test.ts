import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sshSigner } from '../../../hub/keys/sshsig.ts';
import { changesBetween } from '../../../hub/model/changes.ts';
import { parseCommit } from '../../../hub/model/commit.ts';
import type { ObjectStore } from '../../../hub/model/objects.ts';
import { openLedger, type Ledger } from '../../../hub/store/ledger/ledger.ts';
import { chainIn } from '../../../hub/store/ledger/content-chain.ts';
import { volumeRef } from '../../../hub/store/ledger/volume.ts';
import { openPackStore } from '../../../hub/store/packs/store.ts';
import { signerOf } from '../../../shared/wire/envelope.ts';
import { at, channel, everySlice, firstBundle, rootFiles, seed } from './state.ts';

const ledgerRef = volumeRef(1);

/**
 * `ledger/` is the repository that the first release wrote from this very state: three commits, packed. What a hub wrote
 * once, every later hub reads, and a state that has not changed is not rewritten by an upgrade.
 */
const golden = join(import.meta.dirname, 'ledger');
let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'golden-ledger-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function opened(repository: string) {
  const store = openPackStore(repository);
  const trusted = [signerOf(seed).publicKey];
  return { store, ledger: openLedger({ store, sign: sshSigner(seed), trusted, channel, files: rootFiles }) };
}

function goldenLedger() {
  const repository = join(dir, 'golden.git');
  openPackStore(repository).close();
  cpSync(join(golden, 'packed-refs'), join(repository, 'packed-refs'));
  cpSync(golden, join(repository, 'objects', 'pack'), { recursive: true, filter: (path) => !path.endsWith('-refs') });
  return opened(repository);
}

/** The three commits of the golden ledger. */
async function writeAll(ledger: Ledger) {
  const first = await ledger.create({ channel, epoch: 1 }, at);
  const { bundle, objects } = firstBundle();
  const changes = changesBetween(first, everySlice(bundle));
  const second = await ledger.commit({ base: first.base, changes, message: 'publish', at, objects });
  const less = {
    clusters: new Map([['prod-2', null]]),
    picks: new Map([
      ['__proto__', null],
      ['default/web/{}', ['prod-1', 'prod-3']],
    ]),
    problems: [],
  };
  return ledger.commit({ base: second.base, changes: less, message: 'forget prod-2', at });
}

/** The trees and the messages of all commits, newest first; the first release had no chain yet, which says what the trees say. */
function written(store: ObjectStore): (readonly [tree: string, message: string])[] {
  const found: (readonly [string, string])[] = [];
  for (let oid = store.refs().get(ledgerRef); oid !== undefined;) {
    const { tree, message, parents } = parseCommit(store.read(oid)!.body);
    found.push([tree, message.replace(/^Chain: .*\n/m, '')]);
    [oid] = parents;
  }
  return found;
}

describe('the ledger of the first release', () => {
  it('is read: every slice says what was committed', async () => {
    const { ledger, store } = goldenLedger();
    const { bundle } = firstBundle();
    const { clusters, ...all } = everySlice(bundle);
    expect(await ledger.read()).toMatchObject({
      ...all,
      channel,
      epoch: 1,
      number: 3,
      clusters: new Map([['prod-1', clusters.get('prod-1')]]),
      picks: new Map([['default/web/{}', ['prod-1', 'prod-3']]]),
      problems: [],
    });
    store.close();
  });

  it('is what today writes of the same state, byte for byte', async () => {
    const { ledger, store } = opened(join(dir, 'new.git'));
    const { store: before } = goldenLedger();
    await writeAll(ledger);
    expect(written(store)).toEqual(written(before));
    expect(chainIn(parseCommit(store.read(store.refs().get(ledgerRef) ?? '')!.body).message)).not.toBe('');
    store.close();
    before.close();
  });

  it('is not committed to when nothing has changed', async () => {
    const { ledger, store } = goldenLedger();
    const head = store.refs().get(ledgerRef);
    const view = await ledger.read();
    const { revisions, bundles, documents, guarded, approvals, source } = structuredClone({ ...view, base: '' });
    const changes = changesBetween(view, { revisions, bundles, documents, guarded, approvals, source });
    // Lists that say the same are no change; entries are compared by what is written of them.
    expect(Object.keys(changes)).toEqual(['revisions', 'bundles', 'documents']);
    expect(await ledger.commit({ base: view.base, changes, message: 'nothing', at })).toBe(view);
    expect(store.refs().get(ledgerRef)).toBe(head);
    store.close();
  });
});
