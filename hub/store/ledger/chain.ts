import { SluiceError } from '../../../shared/errors.ts';
import { parseCommit, type ParsedCommit } from '../../model/commit.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import { sshSignedBy } from '../../keys/sshsig.ts';
import type { ObjectReader } from '../../model/objects.ts';
import { isClosing, volumeNote } from './volume.ts';

/** The keys whose ledger commits are trusted. */
export interface LedgerTrust {
  /** At its head: the hub keys that count now. */
  readonly trusted: readonly string[];
  /** Below it: every hub key that ever counted. */
  readonly past: readonly string[];
}

/**
 * The commit at the head of a ledger: signed, and numbered one above its parent, which is signed, too; or one above the commit
 * that its volume says it follows. Throws LEDGER_INVALID.
 */
export function linkedCommit(objects: ObjectReader, oid: Oid, { trusted, past }: LedgerTrust): ParsedCommit {
  const commit = verifiedCommit(objects, oid, trusted);
  const [parent, ...others] = commit.parents;
  const before = parent === undefined ? numberBefore(objects, commit) : numberOfOpen(objects, parent, past);
  if (commitNumber(commit) !== before + 1 || others.length > 0) {
    throw invalid('its commits are not numbered one by one', oid);
  }
  return commit;
}

/** The number that the first commit of a volume follows. */
function numberBefore(objects: ObjectReader, root: ParsedCommit): number {
  if (commitNumber(root) === 1) return 0;
  try {
    return volumeNote(objects, root.tree)?.after.number ?? Number.NaN;
  } catch {
    // What is damaged is said by what reads the state.
    return Number.NaN;
  }
}

function numberOfOpen(objects: ObjectReader, oid: Oid, past: readonly string[]): number {
  const parent = verifiedCommit(objects, oid, past);
  if (isClosing(parent.message)) throw invalid('a commit follows the one that closed its volume', oid);
  return commitNumber(parent);
}

/**
 * Checks all commits that lead to `head` from `from` (null: from the first one), so that a history that comes from elsewhere
 * may be trusted. Throws LEDGER_INVALID naming the first commit that is wrong.
 */
export function verifyChain(
  objects: ObjectReader,
  { head, from }: { readonly head: Oid; readonly from: Oid | null },
  trust: LedgerTrust,
): void {
  for (let oid: Oid | undefined = head, keys = trust; oid !== undefined && oid !== from;) {
    [oid] = linkedCommit(objects, oid, keys).parents;
    keys = { ...trust, trusted: trust.past };
  }
}

/** The number that a ledger commit says it has; NaN when it says none. */
export function commitNumber({ message }: ParsedCommit): number {
  return Number(/^Number: (\d{1,15})$/m.exec(message)?.[1] ?? Number.NaN);
}

/** What to do about a ledger that is damaged. */
export const restoreHint = 'restore it from its Git host or a backup: docs/operations.md, "A lost hub"';

/** The error of a ledger that cannot be trusted. */
export function invalid(why: string, subject: string, cause?: unknown): SluiceError {
  const data = { subject, hint: restoreHint };
  return new SluiceError('LEDGER_INVALID', `the ledger cannot be trusted: ${why}`, data, cause);
}

function verifiedCommit(objects: ObjectReader, oid: Oid, trusted: readonly string[]): ParsedCommit {
  const commit = commitOf(objects, oid);
  if (commit.signature === null || sshSignedBy(commit.unsigned, commit.signature, trusted) === null) {
    throw invalid('a commit is not signed by the hub', oid);
  }
  return commit;
}

function commitOf(objects: ObjectReader, oid: Oid): ParsedCommit {
  try {
    const object = objects.read(oid);
    if (object?.type === 'commit') return parseCommit(object.body);
  } catch (cause) {
    throw invalid('a commit is damaged', oid, cause);
  }
  throw invalid('a commit is missing', oid);
}
