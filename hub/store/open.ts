import { join } from 'node:path';
import { openPackStore, type PackStore } from './packs/store.ts';
import type { Mirror } from './packs/mirror.ts';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { dataFolders } from '../config/data-folder.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { ObjectStore } from '../model/objects.ts';
import type { GitRemote } from './packs/remote.ts';
import type { VolumeLimits } from './ledger/due.ts';
import { openLedger } from './ledger/ledger.ts';
import { mirrorLedger } from './ledger/mirror.ts';
import type { HubKeys } from '../keys/types.ts';
import type { Store } from '../model/store.ts';
import { noteKeysUsed } from '../keys/hub-keys.ts';
import { rootFiles } from '../keys/root-documents.ts';
import { mirrorChannel } from './channel-mirror.ts';
import { openKeys } from './open-keys.ts';
import { noRemotes, type HubRemotes } from './remotes.ts';
import { openRetention, type Retention } from './retention.ts';

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
  readonly retention: Retention;
  readonly close: () => void;
}

/** What stores may be opened with besides a data folder. */
export interface StoresOptions {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly remotes?: HubRemotes;
  /** The hub's key, where the data folder may be empty and the ledger is on a Git host. */
  readonly keyFile?: string | null;
  /** A ledger may be begun with keys that were made elsewhere (default: only with keys that are made here). */
  readonly mayBegin?: boolean;
  /** When a volume of the ledger ends (default: never). */
  readonly volumes?: VolumeLimits;
  /** Ends requests to Git hosts. */
  readonly signal?: AbortSignal;
}

/** How old knowledge of the Git hosts' refs may be when a pass starts: whatever is written is compared there anyway. */
const confirmedForMs = 300_000;

/**
 * Opens keys, ledger and channel. All three are made where there is none of them; what is missing beside the others is made again
 * from the ledger, or from its Git host, or refused: a ledger that was lost is never begun anew. A Git host is asked only where
 * the data folder holds no ledger yet.
 */
export async function openStores(data: string, options: StoresOptions): Promise<HubStores> {
  const { clock, remotes = noRemotes, signal = new AbortController().signal } = options;
  const [ledgerDir, channelDir, keysDir] = [dataFolders.ledger, dataFolders.channel, dataFolders.keys].map((name) =>
    join(data, name),
  ) as [string, string, string];
  const local = openRepository(
    ledgerDir,
    'bring it back from its Git host or a backup: docs/operations.md, "A lost hub"',
  );
  const closing = [local];
  try {
    const served = openRepository(channelDir, 'move that folder away: it is made again from the ledger');
    closing.push(served);
    const keys = await openKeys(keysDir, { local, served, remotes, signal, ...options });
    const { sign, epoch } = keys;
    const onHost = (remote: GitRemote, copy: ObjectStore) => ({ clock, signal, remote, local: copy });
    const repository = remotes.ledger === null ? local : mirrorLedger(onHost(remotes.ledger, local), keys);
    const channel = remotes.channel === null ? served : mirrorChannel(onHost(remotes.channel, served), keys.trusted);
    const confirm = async (maxAgeMs = confirmedForMs) => {
      // The ledger first: what it says decides what the channel is to show.
      for (const each of [repository, channel]) if (isMirror(each)) await each.confirm(maxAgeMs);
    };
    const store = openLedger({ ...keys, store: repository, sign, files: rootFiles(keys) });
    if (store.isEmpty() && isMirror(repository)) await repository.confirm(0);
    if (store.isEmpty()) await store.create({ channel: keys.channel, epoch }, clock.now());
    noteKeysUsed(keysDir);
    const consolidate = async () => {
      await local.consolidate();
      await served.consolidate();
    };
    const retention = openRetention({
      ...{ ledger: store, local, dir: ledgerDir, archive: join(data, dataFolders.archive), served, clock },
      limits: options.volumes ?? { ms: Infinity, bytes: Infinity },
    });
    return { keys, store, channel, served, confirm, consolidate, retention, close: () => closeAll(closing) };
  } catch (error) {
    closeAll(closing);
    throw error;
  }
}

function closeAll(stores: readonly ObjectStore[]): void {
  for (const store of stores) store.close();
}

/** Opens a repository of the data folder; `hint` says what to do when it is damaged. */
function openRepository(dir: string, hint: string): PackStore {
  const saying = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const { code, message, data } = asSluiceError(error);
      throw new SluiceError(code, message, { path: dir, hint, ...data }, error);
    }
  };
  const store = saying(() => openPackStore(dir));
  return {
    ...store,
    refs: () => saying(store.refs),
    read: (oid) => saying(() => store.read(oid)),
    packed: (oid) => saying(() => store.packed(oid)),
  };
}

function isMirror(store: ObjectStore | Mirror): store is Mirror {
  return 'confirm' in store;
}
