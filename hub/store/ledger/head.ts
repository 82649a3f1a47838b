import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import { makeBlob, type GitObject, type Oid } from '../../../shared/lib/git/object.ts';
import { atOnce, inSlices, type Work } from '../../../shared/lib/slices.ts';
import type { SshSigner } from '../../keys/sshsig.ts';
import { makeCommit, type CommitFields } from '../../model/commit.ts';
import type { ObjectStore, RefMove } from '../../model/objects.ts';
import type { State } from '../../model/state.ts';
import type { Base, StoreCommit, View } from '../../model/store.ts';
import type { FileEdit } from '../slices/slice.ts';
import { commitNumber, invalid, linkedCommit } from './chain.ts';
import { chainIn, chaining, firstLink, type ChainLink } from './content-chain.ts';
import { assertContinues } from './cut.ts';
import { readingState, type OnDecoded } from './read.ts';
import { isClosing, newestVolume, volumeRef, type VolumeTip } from './volume.ts';
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

/** A state to be written, and the files that it differs in from the one before. */
export interface NextState {
  readonly next: State;
  readonly edits: readonly FileEdit[];
}

/** The last commit of the ledger, with the state that it leads to. */
export interface Head extends VolumeTip {
  readonly tree: Oid;
  readonly view: View;
  /** The sha256 chain up to it (see content-chain.ts). */
  readonly chain: string;
  /** Its commit closed the volume: only the next volume follows it. */
  readonly isClosed: boolean;
}

/** A commit that changes no state: it closes a volume, or begins one. */
export type Kind = 'closes' | 'begins';

/** Reads and moves the head of a ledger. */
export interface OpenHead {
  /** The head as it is now; what was not read yet is read without a break. Throws LEDGER_INVALID. */
  readonly readHeadNow: () => Head;
  /** The same, read in slices. */
  readonly readHead: () => Promise<Head>;
  /** Commits on top of a head (null: the first commit of all), and answers the new one. Throws LEDGER_RACED. */
  readonly write: (
    base: Head | null,
    next: NextState,
    commit: Omit<StoreCommit, 'base' | 'changes'>,
    kind?: Kind,
  ) => Promise<Head>;
}

/** Opens the head of a ledger: what was read of it is kept. */
export function openHead(options: LedgerOptions): OpenHead {
  const { store, sign, files = new Map<string, Uint8Array>() } = options;
  const carried = new Map([...files].map(([path, bytes]) => [path, makeBlob(bytes)]));
  // Blob of each value that is known to be stored: unchanged values are neither encoded nor hashed again.
  const stored = new WeakMap<object, Oid>();
  let head: Head | null = null;

  function* reading(): Work<Head> {
    const tip = newestVolume(store.refs());
    if (tip === null) throw gone();
    if (head?.oid === tip.oid) return head;
    return (head = yield* readingHead(options, tip, (value, blob) => stored.set(value, blob)));
  }
  const readHeadNow = (): Head => atOnce(reading());

  const write: OpenHead['write'] = async (base, { next, edits }, commit, kind) => {
    const on = { objects: store, tree: base?.tree ?? null, carried, stored };
    const { root, objects, fresh } = await inSlices(writingChange(on, edits));
    if (base !== null && root === base.tree && kind === undefined) return base;
    const all = [...objects, ...(commit.objects ?? [])];
    const chain = await inSlices(chaining(withObjects(store, all), linkAfter(store, base, kind), root));
    const made = makeCommit(commitFields(base, { ...commit, tree: root, chain, kind }), sign);
    await Promise.all([store.write([made, ...all]), commit.before]);
    const place = placeOf(base, kind);
    await moveHead(store, { ...place, to: made.oid });
    for (const [value, oid] of fresh) stored.set(value, oid);
    const tip = { ...place, oid: made.oid, isClosed: kind === 'closes', chain };
    head = headOf(tip, root, { ...next, number: numberAfter(base) });
    return head;
  };
  return { readHeadNow, readHead: () => inSlices(reading()), write };
}

/** What the chain of a commit goes on from: a new volume begins with the sha256 of the commit that closed the one before. */
function linkAfter(store: ObjectStore, base: Head | null, kind: Kind | undefined): ChainLink {
  if (base === null) return { chain: '', tree: null };
  return kind === 'begins' ? firstLink(store.read(base.oid)?.body) : base;
}

/** Reads some objects that are not written yet, and all others from the store. */
function withObjects(store: ObjectStore, objects: readonly GitObject[]): Pick<ObjectStore, 'read'> {
  const made = new Map(objects.map((object) => [object.oid, object]));
  return { read: (oid) => made.get(oid) ?? store.read(oid) };
}

/** The branch that a commit moves, and from where. */
function placeOf(base: Head | null, kind: Kind | undefined): Omit<VolumeTip, 'oid'> & { readonly from: Oid | null } {
  if (base === null) return { volume: 1, ref: volumeRef(1), from: null };
  if (kind !== 'begins') return { volume: base.volume, ref: base.ref, from: base.oid };
  const volume = base.volume + 1;
  return { volume, ref: volumeRef(volume), from: null };
}

function headOf(tip: VolumeTip & Pick<Head, 'isClosed' | 'chain'>, tree: Oid, state: State): Head {
  const { volume, ref, oid, isClosed, chain } = tip;
  return { volume, ref, oid, isClosed, chain, tree, view: { ...state, base: oid as Base } };
}

function numberAfter(base: Head | null): number {
  return (base?.view.number ?? 0) + 1;
}

/** What a commit is made of beside what it follows. */
interface NextCommit extends Pick<StoreCommit, 'message' | 'at'> {
  readonly tree: Oid;
  readonly chain: string;
  readonly kind: Kind | undefined;
}

function commitFields(base: Head | null, { message, at, tree, chain, kind }: NextCommit): CommitFields {
  const closed = kind === 'closes' ? [`Closed: ${base?.volume ?? 1}`] : [];
  return {
    tree,
    parent: kind === 'begins' ? null : (base?.oid ?? null),
    time: Math.floor(at / 1000),
    message: [`${message}\n`, ...closed, `Chain: ${chain}`, `Number: ${numberAfter(base)}`].join('\n'),
  };
}

async function moveHead(store: ObjectStore, { ref, from, to }: RefMove): Promise<void> {
  try {
    await store.moveRefs([{ ref, from, to }]);
  } catch (error) {
    if (isSluiceError(error, 'CONFLICT')) throw raced(error);
    throw error;
  }
}

function* readingHead(options: LedgerOptions, tip: VolumeTip, onDecoded: OnDecoded): Work<Head> {
  const { store, channel } = options;
  const commit = linkedCommit(store, tip.oid, { trusted: options.trusted, past: options.past ?? options.trusted });
  const state = yield* readingState(store, { tree: commit.tree, number: commitNumber(commit) }, onDecoded);
  if (state.channel !== channel) throw invalid('it belongs to another channel', tip.oid);
  assertContinues(store, tip, commit.tree);
  const { message } = commit;
  return headOf({ ...tip, isClosed: isClosing(message), chain: chainIn(message) }, commit.tree, state);
}

function gone(): SluiceError {
  return new SluiceError('LEDGER_INVALID', 'the ledger is gone', {
    hint: 'restore it from its remote or a backup: docs/operations.md, "A lost hub"',
  });
}

/** The error of a ledger that another writer changed. */
export function raced(cause?: unknown): SluiceError {
  return new SluiceError(
    'LEDGER_RACED',
    'another writer changed the ledger first',
    { hint: 'is a second hub running on this ledger?' },
    cause,
  );
}
