import { join } from 'node:path';
import { openPackStore } from './packs/store.ts';
import type { Mirror } from './packs/mirror.ts';
import { SluiceError } from '../../shared/errors.ts';
import { dataFolders } from '../config/data-folder.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { ObjectStore } from '../model/objects.ts';
import type { GitRemote } from './packs/remote.ts';
import { signerOf } from '../../shared/wire/envelope.ts';
import { ledgerRef, openLedger } from './ledger/ledger.ts';
import { mirrorLedger } from './ledger/mirror.ts';
import type { HubKeys } from '../keys/types.ts';
import type { Store } from '../model/store.ts';
import { hasKeys, initKeys, loadKeys } from '../keys/hub-keys.ts';
import { rootFiles } from '../keys/root-documents.ts';
import { mirrorChannel } from './channel-mirror.ts';
import { readHubKey, restoreKeys } from '../keys/restore.ts';
import { noRemotes, type HubRemotes } from './remotes.ts';

/** A hub's identity and database. */
export interface HubStores {
  readonly keys: HubKeys;
  readonly store: Store;
  /** What is published to: the Git host's where there is one. */
  readonly channel: ObjectStore;
  /** The copy in the data folder, which this hub serves. */
  readonly served: ObjectStore;
  /** Makes sure that both copies are their Git hosts', as of some time ago at most (default: a few minutes). */
  readonly confirm: (maxAgeMs?: number) => Promise<void>;
  /** Merges small packs where there are many. */
  readonly consolidate: () => Promise<void>;
  readonly close: () => void;
}

/** What stores may be opened with besides a data folder. */
export interface StoresOptions {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly remotes?: HubRemotes;
  /** The hub's key, where the data folder may be empty and the ledger is on a Git host. */
  readonly keyFile?: string | null;
  /** Ends requests to Git hosts. */
  readonly signal?: AbortSignal;
}

/** How old knowledge of the Git hosts' refs may be when a pass starts: whatever is written is compared there anyway. */
const confirmedForMs = 300_000;

/**
 * Opens keys, ledger and channel, and makes those that are missing: from the ledger's Git host where one is named, else new
 * ones. A Git host is asked only where the data folder holds no ledger yet.
 */
export async function openStores(data: string, options: StoresOptions): Promise<HubStores> {
  const { clock, remotes = noRemotes, keyFile = null, signal = new AbortController().signal } = options;
  const local = openPackStore(join(data, dataFolders.ledger));
  const served = openPackStore(join(data, dataFolders.channel));
  const close = () => {
    for (const store of [local, served]) store.close();
  };
  try {
    const keys = await openKeys(join(data, dataFolders.keys), { local, remote: remotes.ledger, keyFile, signal });
    const { sign, epoch } = keys;
    const onHost = (remote: GitRemote, copy: ObjectStore) => ({ clock, signal, remote, local: copy });
    const repository = remotes.ledger === null ? local : mirrorLedger(onHost(remotes.ledger, local), keys);
    const channel = remotes.channel === null ? served : mirrorChannel(onHost(remotes.channel, served));
    const confirm = async (maxAgeMs = confirmedForMs) => {
      // The ledger first: what it says decides what the channel is to show.
      for (const each of [repository, channel]) if (isMirror(each)) await each.confirm(maxAgeMs);
    };
    const store = openLedger({ ...keys, store: repository, sign, files: rootFiles(keys) });
    if (store.isEmpty() && isMirror(repository)) await repository.confirm(0);
    if (store.isEmpty()) await store.create({ channel: keys.channel, epoch }, clock.now());
    const consolidate = async () => {
      await local.consolidate();
      await served.consolidate();
    };
    return { keys, store, channel, served, confirm, consolidate, close };
  } catch (error) {
    close();
    throw error;
  }
}

function isMirror(store: ObjectStore | Mirror): store is Mirror {
  return 'confirm' in store;
}

interface KeySources {
  readonly local: ObjectStore;
  readonly remote: GitRemote | null;
  readonly keyFile: string | null;
  readonly signal: AbortSignal;
}

async function openKeys(dir: string, { local, remote, keyFile, signal }: KeySources): Promise<HubKeys> {
  const seed = keyFile === null ? null : readHubKey(keyFile);
  if (hasKeys(dir)) return sameKey(loadKeys(dir), seed, dir);
  const head = (await remote?.list(signal))?.get(ledgerRef);
  if (remote !== null && head !== undefined) {
    if (seed === null) throw keyless(remote.url);
    await local.write(await remote.fetch([head], [], signal));
    return restoreKeys(dir, seed, { objects: local, head });
  }
  if (seed === null) return initKeys(dir);
  throw new SluiceError('CONFIG_INVALID', 'there is no ledger that this hub key belongs to', {
    path: dir,
    hint: 'give --ledger-url of the lost hub, or leave --key-file out to begin a new channel',
  });
}

function sameKey(keys: HubKeys, seed: string | null, path: string): HubKeys {
  if (seed === null || keys.hub.publicKey === signerOf(seed).publicKey) return keys;
  throw new SluiceError('CONFIG_INVALID', 'the data folder holds another hub key than --key-file', { path });
}

function keyless(subject: string): SluiceError {
  return new SluiceError('CONFIG_INVALID', 'this ledger belongs to a hub whose key is not here', {
    subject,
    hint: 'give its hub key with --key-file, or name an empty repository to begin a new channel',
  });
}
