import { isSluiceError, SluiceError } from '../../../shared/errors.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { ObjectStore, RefMove } from '../../model/objects.ts';
import type { GitRemote } from './remote.ts';
import { descends, entriesFor } from './closure.ts';

/** A store whose Git host decides: refs are moved there first, and here once they were accepted. */
export interface Mirror extends ObjectStore {
  /**
   * Makes sure that the host's refs are known, as of `maxAgeMs` ago at most: brings what the host has and this copy lacks,
   * and pushes what it lacks. Throws the host's errors, and what `accept` throws.
   */
  readonly confirm: (maxAgeMs: number) => Promise<void>;
}

/** What a mirror is made of. */
export interface MirrorOptions {
  readonly local: ObjectStore;
  readonly remote: GitRemote;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Ends requests under way. */
  readonly signal: AbortSignal;
  /** The refs that the hub owns; all others on the host are left alone. */
  readonly follows: (ref: string) => boolean;
  /** Those of the host's refs that this copy needs, where it does not need all that it follows. */
  readonly needs?: (theirs: ReadonlyMap<string, Oid>, mine: ReadonlyMap<string, Oid>) => ReadonlyMap<string, Oid>;
  /** Judges history that only the host has, before this copy follows it: throws when it must not be trusted. */
  readonly accept?: (ref: string, from: Oid | null, to: Oid) => void;
  /** True where `to` begins a history of its own in place of `from`: it is followed, and pushed, although it does not descend. */
  readonly renews?: (from: Oid, to: Oid) => boolean;
  /** Called for a ref where neither side descends from the other; without it the ref is left alone. */
  readonly onDiverged?: (ref: string) => void;
}

type Refs = ReadonlyMap<string, Oid>;

/**
 * Opens the mirror. Each move is pushed from where the host is known to be: a rival's push makes ours fail (CONFLICT), and after
 * a lost answer the host is asked what became of it.
 */
export function openMirror(options: MirrorOptions): Mirror {
  const { local, clock } = options;
  // Null while it is unknown where the host's refs are.
  let view: Refs | null = null;
  let confirmedAt = 0;

  const become = async (next: Promise<Refs>): Promise<Refs> => {
    view = null;
    view = await next;
    return view;
  };
  const confirm = async (): Promise<Refs> => {
    const confirmed = await become(reconcile(options));
    confirmedAt = clock.monotonic();
    return confirmed;
  };
  const moveRefs = async (moves: readonly RefMove[]): Promise<void> => {
    if (moves.length === 0) return;
    const known = view ?? (await confirm());
    const elsewhere = moves.find(({ ref, from }) => (known.get(ref) ?? null) !== from);
    if (elsewhere !== undefined) throw conflict(elsewhere.ref);
    try {
      await become(push(options, moves, known));
    } catch (error) {
      // A rival was faster: what it wrote is here when the caller reads again.
      if (isSluiceError(error, 'CONFLICT')) await confirm();
      throw error;
    }
    const mine = local.refs();
    await local.moveRefs(moves.map(({ ref, to }) => ({ ref, from: mine.get(ref) ?? null, to })));
  };

  return {
    has: local.has,
    read: local.read,
    packed: local.packed,
    refs: () => view ?? local.refs(),
    write: local.write,
    moveRefs,
    consolidate: local.consolidate,
    close: local.close,
    confirm: async (maxAgeMs) => {
      if (view === null || clock.monotonic() - confirmedAt >= maxAgeMs) await confirm();
    },
  };
}

async function list({ local, remote, signal, follows, needs = (theirs) => theirs }: MirrorOptions): Promise<Refs> {
  return needs(new Map([...(await remote.list(signal))].filter(([ref]) => follows(ref))), local.refs());
}

/** Pushes moves to a host whose refs are known, and gives its refs after it. */
async function push(options: MirrorOptions, moves: readonly RefMove[], known: Refs): Promise<Refs> {
  const { local, remote, signal } = options;
  const entries = entriesFor(local, moves, new Set(known.values()));
  const refused = await remote.push(moves, entries, signal).catch(async (error: unknown) => {
    // The answer is lost: only the host knows what became of it.
    const now = await list(options).catch(() => null);
    if (now !== null && landed(moves, now)) return new Map<string, string>();
    throw error;
  });
  if (refused.size > 0) {
    const now = await list(options);
    if (!landed(moves, now)) throw refusal(refused, moves, now);
  }
  return new Map([...known, ...moves.map(({ ref, to }) => [ref, to] as const)]);
}

/** Brings what this copy lacks, pushes what the host lacks, and gives the host's refs after it. */
async function reconcile(options: MirrorOptions): Promise<Refs> {
  const theirs = await list(options);
  await bring(options, theirs);
  const { adopt, send } = compare(options, theirs);
  if (adopt.length > 0) await options.local.moveRefs(adopt);
  return send.length > 0 ? push(options, send, theirs) : theirs;
}

/** Brings the objects of the host's refs that are not here. */
async function bring({ local, remote, signal }: MirrorOptions, theirs: Refs): Promise<void> {
  const missing = [...theirs].filter(([, oid]) => !local.has(oid));
  if (missing.length === 0) return;
  const mine = local.refs();
  const haves = missing.flatMap(([ref]) => mine.get(ref) ?? []);
  const wants = missing.map(([, oid]) => oid);
  await local.write(await remote.fetch(wants, haves, signal));
}

/** What this copy is to take over, and what the host lacks. */
function compare({ local, follows, accept, renews = () => false, onDiverged }: MirrorOptions, theirs: Refs) {
  const mine = local.refs();
  const isNewer = (to: Oid, from: Oid): boolean => descends(local, to, from) || renews(from, to);
  const adopt: RefMove[] = [];
  const send: RefMove[] = [];
  for (const [ref, to] of theirs) {
    const from = mine.get(ref) ?? null;
    if (from === to) continue;
    if (from === null || isNewer(to, from)) {
      accept?.(ref, from, to);
      adopt.push({ ref, from, to });
    } else if (isNewer(from, to)) send.push({ ref, from: to, to: from });
    else onDiverged?.(ref);
  }
  // A host that has nothing yet gets all of it. What it lost, or what was deleted there on purpose, is made again by the owner.
  const whole = theirs.size > 0 ? [] : [...mine].filter(([ref]) => follows(ref));
  return { adopt, send: [...send, ...whole.map(([ref, to]) => ({ ref, from: null, to }))] };
}

function landed(moves: readonly RefMove[], now: Refs): boolean {
  return moves.every(({ ref, to }) => now.get(ref) === to);
}

// A host that refuses although no ref was moved meanwhile does so by its own rules.
function refusal(refused: Refs, moves: readonly RefMove[], now: Refs): SluiceError {
  const raced = moves.find(({ ref, from }) => (now.get(ref) ?? null) !== from);
  if (raced !== undefined) return conflict(raced.ref);
  const [[ref, why] = ['', '']] = refused;
  return new SluiceError('FORBIDDEN', `the Git host refused the push: ${why}`, {
    subject: ref,
    hint: 'allow this token to push to the repository (protected branches, hooks, quotas)',
  });
}

function conflict(ref: string): SluiceError {
  return new SluiceError('CONFLICT', 'another writer moved a ref on the Git host', { subject: ref });
}
