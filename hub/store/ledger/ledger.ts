import { withChanges } from '../../model/changes.ts';
import type { StateIdentity } from '../../model/state.ts';
import type { Store, View } from '../../model/store.ts';
import { editsOf, emptyState, encodeSlices } from '../slices/slices.ts';
import { nextVolumeEdits, type NextVolume } from './cut.ts';
import { openHead, raced, type Head, type LedgerOptions } from './head.ts';
import { openHistory } from './history.ts';
import { identityOf, identityPath } from './identity.ts';
import { openPublished } from './published.ts';
import { closingMessage, newestVolume } from './volume.ts';

/** A ledger: the store of a hub as signed, numbered, chained commits of a Git repository, one branch a volume. */
export interface Ledger extends Store {
  /** Makes the first commit of a new ledger; throws LEDGER_RACED when there is one already. */
  readonly create: (identity: StateIdentity, at: number) => Promise<View>;
  /** True when there is no commit at all. */
  readonly isEmpty: () => boolean;
  /** Reads, beside all other work, what beginning the next volume has to know of this one: `cut` then takes a moment. */
  readonly prepareCut: () => Promise<void>;
  /**
   * Ends the volume with a commit that closes it, and begins the next one. A volume that is closed already is gone on from there.
   * Throws LEDGER_RACED when another writer was first.
   */
  readonly cut: (at: number) => Promise<View>;
}

/**
 * Opens the ledger in a repository. Commits are signed the SSH way (header gpgsig), over the commit with its tree and its
 * parent: one signature covers the state and all of the past, and `git verify-commit` checks it with no tool of ours.
 */
export function openLedger(options: LedgerOptions): Ledger {
  const { store } = options;
  const { readHeadNow, readHead, write } = openHead(options);
  const history = openHistory(store);
  let published = openPublished(store);

  const close = (open: Head, at: number): Promise<Head> =>
    write(open, { next: open.view, edits: [] }, { message: closingMessage(open.volume), at }, 'closes');
  const begin = async (closed: Head, at: number): Promise<Head> => {
    const next: NextVolume = { closed, at, past: await published.upTo(closed.oid) };
    const edits = nextVolumeEdits(store, next);
    const message = `begin volume ${closed.volume + 1}`;
    const begun = await write(closed, { next: closed.view, edits }, { message, at }, 'begins');
    published = openPublished(store);
    return begun;
  };

  return {
    read: async () => (await readHead()).view,
    create: async (identity, at) => {
      const next = emptyState(identity);
      const edits = [{ path: [identityPath], value: identityOf(next) }, ...encodeSlices(next)];
      return (await write(null, { next, edits }, { message: 'begin the ledger', at })).view;
    },
    commit: async ({ base, changes, ...commit }) => {
      const current = readHeadNow();
      if (current.view.base !== base) throw raced();
      // A writer died between the two commits of a cut: nothing is decided from what is closed.
      if (current.isClosed) {
        await begin(current, commit.at);
        throw raced();
      }
      const next = withChanges(current.view, changes);
      return (await write(current, { next, edits: editsOf(current.view, next, changes) }, commit)).view;
    },
    published: (cluster, registration, ids) =>
      history.publishedIds(newestVolume(store.refs())?.oid ?? null, { cluster, registration, ids }),
    isEmpty: () => store.refs().size === 0,
    objects: store,
    prepareCut: async () => {
      await published.upTo(readHeadNow().oid);
    },
    cut: async (at) => {
      const current = readHeadNow();
      const closed = current.isClosed ? current : await close(current, at);
      return (await begin(closed, at)).view;
    },
  };
}
