import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import { makeBlob, type Oid } from '../../../shared/lib/git/object.ts';
import type { SshSigner } from '../../keys/sshsig.ts';
import { withChanges } from '../../model/changes.ts';
import { makeCommit, type CommitFields } from '../../model/commit.ts';
import type { ObjectStore } from '../../model/objects.ts';
import { inSlices } from '../../../shared/lib/slices.ts';
import type { State, StateIdentity } from '../../model/state.ts';
import type { Base, Store, StoreCommit, View } from '../../model/store.ts';
import type { FileEdit } from '../slices/slice.ts';
import { editsOf, emptyState, encodeSlices } from '../slices/slices.ts';
import { commitNumber, invalid, linkedCommit } from './chain.ts';
import { openHistory } from './history.ts';
import { identityOf, identityPath } from './identity.ts';
import { readState, type OnDecoded } from './read.ts';
import { writingChange } from './write.ts';

/** What a ledger is made of: its repository, its signer, the keys that it trusts, and files that travel along (root documents). */
export interface LedgerOptions {
  readonly store: ObjectStore;
  readonly sign: SshSigner;
  /** Public keys (raw, base64url) that may have signed the head: those of the newest root document. */
  readonly trusted: readonly string[];
  /** Those that may have signed what came before it, when there were others. */
  readonly past?: readonly string[];
  readonly channel: string;
  /** Further files of every commit by path: `root/1.json` and its like. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
}

/** The one branch of a ledger's repository. */
export const ledgerRef = 'refs/heads/main';

/** A ledger: the store of a hub as signed, numbered, chained commits of a Git repository. */
export interface Ledger extends Store {
  /** Makes the first commit of a new ledger; throws LEDGER_RACED when there is one already. */
  readonly create: (identity: StateIdentity, at: number) => Promise<View>;
  /** True when there is no commit at all. */
  readonly isEmpty: () => boolean;
}

/** A state to be written, and the files that it differs in from the one before. */
interface NextState {
  readonly next: State;
  readonly edits: readonly FileEdit[];
}

interface Head {
  readonly oid: Oid;
  readonly tree: Oid;
  readonly view: View;
}

/**
 * Opens the ledger in a repository. Commits are signed the SSH way (header gpgsig), over the commit with its tree and its
 * parent: one signature covers the state and all of the past, and `git verify-commit` checks it with no tool of ours.
 */
export function openLedger(options: LedgerOptions): Ledger {
  const { store, sign, files = new Map<string, Uint8Array>() } = options;
  const carried = new Map([...files].map(([path, bytes]) => [path, makeBlob(bytes)]));
  // Blob of each value that is known to be stored: unchanged values are neither encoded nor hashed again.
  const stored = new WeakMap<object, Oid>();
  const history = openHistory(store);
  let head: Head | null = null;

  const readHeadNow = (): Head => {
    const oid = store.refs().get(ledgerRef);
    if (oid === undefined) throw gone();
    if (head?.oid !== oid) head = readHead(options, oid, (value, blob) => stored.set(value, blob));
    return head;
  };

  const write = async (
    base: Head | null,
    { next, edits }: NextState,
    commit: Omit<StoreCommit, 'base' | 'changes'>,
  ): Promise<View> => {
    const on = { objects: store, tree: base?.tree ?? null, carried, stored };
    const { root, objects, fresh } = await inSlices(writingChange(on, edits));
    if (root === base?.tree) return base.view;
    const made = makeCommit(commitFields(base, root, commit), sign);
    await Promise.all([store.write([made, ...objects, ...(commit.objects ?? [])]), commit.before]);
    await moveHead(store, base?.oid ?? null, made.oid);
    for (const [value, oid] of fresh) stored.set(value, oid);
    head = headOf(made.oid, root, { ...next, number: numberAfter(base) });
    return head.view;
  };

  return {
    read: async () => Promise.resolve(readHeadNow().view),
    create: (identity, at) => {
      const next = emptyState(identity);
      const edits = [{ path: [identityPath], value: identityOf(next) }, ...encodeSlices(next)];
      return write(null, { next, edits }, { message: 'begin the ledger', at });
    },
    commit: async ({ base, changes, ...commit }) => {
      const current = readHeadNow();
      if (current.view.base !== base) throw raced();
      const next = withChanges(current.view, changes);
      return write(current, { next, edits: editsOf(current.view, next, changes) }, commit);
    },
    published: (cluster, registration, ids) =>
      history.publishedIds(store.refs().get(ledgerRef) ?? null, { cluster, registration, ids }),
    isEmpty: () => store.refs().size === 0,
    objects: store,
  };
}

function headOf(oid: Oid, tree: Oid, state: State): Head {
  return { oid, tree, view: { ...state, base: oid as Base } };
}

function numberAfter(base: Head | null): number {
  return (base?.view.number ?? 0) + 1;
}

function commitFields(
  base: Head | null,
  tree: Oid,
  { message, at }: Pick<StoreCommit, 'message' | 'at'>,
): CommitFields {
  return {
    tree,
    parent: base?.oid ?? null,
    time: Math.floor(at / 1000),
    message: `${message}\n\nNumber: ${numberAfter(base)}`,
  };
}

async function moveHead(store: ObjectStore, from: Oid | null, to: Oid): Promise<void> {
  try {
    await store.moveRefs([{ ref: ledgerRef, from, to }]);
  } catch (error) {
    if (isSluiceError(error, 'CONFLICT')) throw raced(error);
    throw error;
  }
}

function readHead(options: LedgerOptions, oid: Oid, onDecoded: OnDecoded): Head {
  const { store, channel } = options;
  const commit = linkedCommit(store, oid, { trusted: options.trusted, past: options.past ?? options.trusted });
  const state = readState(store, commit.tree, commitNumber(commit), onDecoded);
  if (state.channel !== channel) throw invalid('it belongs to another channel', oid);
  return headOf(oid, commit.tree, state);
}

function gone(): SluiceError {
  return new SluiceError('LEDGER_INVALID', 'the ledger is gone', {
    hint: 'restore it from its remote or a backup: docs/operations.md, "A lost hub"',
  });
}

function raced(cause?: unknown): SluiceError {
  return new SluiceError(
    'LEDGER_RACED',
    'another writer changed the ledger first',
    { hint: 'is a second hub running on this ledger?' },
    cause,
  );
}
