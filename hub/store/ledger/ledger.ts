import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import { makeCommit } from '../../model/commit.ts';
import { makeBlob, type GitObject, type Oid } from '../../../shared/lib/git/object.ts';
import { folderTrees, newFolder, place } from '../../../shared/lib/git/tree.ts';
import type { SshSigner } from '../../keys/sshsig.ts';
import type { ObjectStore } from '../../model/objects.ts';
import { encode } from '../../../shared/wire/codec.ts';
import { emptyState, type Ledger, type LedgerChange, type LedgerState } from '../../model/ledger.ts';
import { commitNumber, invalid, linkedCommit } from './chain.ts';
import { decodeState } from './decode.ts';
import { bundleFolder, filesOf } from './files.ts';
import { publishedIds } from './history.ts';

/** What a ledger is made of: its repository, who signs, whose signatures are believed, and files that travel along (root documents). */
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

interface Head {
  readonly oid: Oid;
  readonly tree: Oid;
  readonly state: LedgerState;
}

/**
 * Opens the ledger in a repository. Commits are signed the SSH way (header gpgsig), over the commit with its tree and its
 * parent: one signature covers the state and all of the past, and `git verify-commit` checks it with no tool of ours.
 */
export function openLedger(options: LedgerOptions): Ledger {
  const { store, sign } = options;
  // Blob of each value that is known to be stored: unchanged values are neither encoded nor hashed again.
  const stored = new WeakMap<object, Oid>();
  let head: Head | null = null;

  const read = async (): Promise<LedgerState> => {
    const oid = store.refs().get(ledgerRef);
    if (oid === undefined) {
      throw new SluiceError('LEDGER_INVALID', 'the ledger is gone', {
        hint: 'restore it from its remote or a backup: docs/operations.md, "A lost hub"',
      });
    }
    if (head?.oid !== oid) head = readHead(options, oid, (value, blob) => stored.set(value, blob));
    return Promise.resolve(head.state);
  };

  const write = async (base: Head | null, next: LedgerState, change: LedgerChange): Promise<LedgerState> => {
    const number = next.number + 1;
    const { root, objects, fresh } = encodeState(next, options.files ?? new Map(), stored);
    if (root === base?.tree) return next;
    const message = `${change.message}\n\nNumber: ${number}`;
    const time = Math.floor(change.at / 1000);
    const commit = makeCommit({ tree: root, parent: base?.oid ?? null, time, message }, sign);
    await Promise.all([store.write([commit, ...objects, ...(change.objects ?? [])]), change.before]);
    await moveHead(store, base?.oid ?? null, commit.oid);
    for (const [value, oid] of fresh) stored.set(value, oid);
    head = { oid: commit.oid, tree: root, state: { ...next, number } };
    return head.state;
  };

  return {
    read,
    create: (first, at) => write(null, emptyState(first), { message: 'begin the ledger', at }),
    commit: async (next, change) => {
      const current = await read();
      if (current.number !== next.number) throw raced(next.number);
      return write(head, next, change);
    },
    published: (cluster, registration, ids) =>
      Promise.resolve(publishedIds(store, store.refs().get(ledgerRef) ?? null, { cluster, registration, ids })),
    isEmpty: () => store.refs().size === 0,
    objects: store,
  };
}

function encodeState(
  state: LedgerState,
  files: ReadonlyMap<string, Uint8Array>,
  stored: WeakMap<object, Oid>,
): { readonly root: Oid; readonly objects: GitObject[]; readonly fresh: readonly (readonly [object, Oid])[] } {
  const folder = newFolder();
  const blobs: GitObject[] = [];
  const fresh: [object, Oid][] = [];
  const add = (path: readonly string[], bytes: Uint8Array): Oid => {
    const blob = makeBlob(bytes);
    blobs.push(blob);
    place(folder, path, blob.oid);
    return blob.oid;
  };
  for (const { path, value, from = value } of filesOf(state)) {
    const known = stored.get(from);
    if (known !== undefined) place(folder, path, known);
    else fresh.push([from, add(path, encode(value))]);
  }
  for (const [path, bytes] of files) add(path.split('/'), bytes);
  for (const { cluster, tree } of state.bundles.values())
    place(folder, [...bundleFolder(cluster), 'bundle'], tree, 'folder');
  const { root, trees } = folderTrees(folder);
  return { root, objects: [...trees, ...blobs], fresh };
}

async function moveHead(store: ObjectStore, from: Oid | null, to: Oid): Promise<void> {
  try {
    await store.moveRefs([{ ref: ledgerRef, from, to }]);
  } catch (error) {
    if (isSluiceError(error, 'CONFLICT')) throw raced(null, error);
    throw error;
  }
}

function readHead(options: LedgerOptions, oid: Oid, onDecoded: (value: object, oid: Oid) => void): Head {
  const { store, channel } = options;
  const commit = linkedCommit(store, oid, { trusted: options.trusted, past: options.past ?? options.trusted });
  const number = commitNumber(commit);
  const state = decodeState(store, commit.tree, number, onDecoded);
  if (state.channel !== channel) throw invalid('it belongs to another channel', oid);
  return { oid, tree: commit.tree, state };
}

function raced(number: number | null, cause?: unknown): SluiceError {
  return new SluiceError(
    'LEDGER_RACED',
    'somebody else wrote to the ledger in between',
    { ...(number === null ? {} : { subject: `number ${number}` }), hint: 'is a second hub running on this ledger?' },
    cause,
  );
}
