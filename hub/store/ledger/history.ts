import { createByteCache } from '../../model/byte-cache.ts';
import { parseCommit } from '../../model/commit.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { ObjectId } from '../../../shared/model/object.ts';
import type { ObjectReader } from '../../model/objects.ts';
import { startSlices } from '../../../shared/lib/slices.ts';
import type { Revision } from '../../../shared/wire/revision.ts';
import { bundleTreePath } from '../slices/bundles.ts';
import { bundleAt, entryAt } from './past-bundle.ts';
import { listedIds, namedIn, type Named } from './published.ts';

/** Whose past is asked for, and about which ids. */
export interface PastQuestion {
  readonly cluster: string;
  readonly registration: string;
  readonly ids: ReadonlySet<ObjectId>;
}

/** What is known of the bundles in a ledger's history. */
export interface History {
  /**
   * Those of the ids that some bundle of the history up to this head had for this registration, without what the newest one that names it
   * only kept: that is not to be deleted, also where a bundle of an older format cannot say so any more. Each commit is read once for a
   * cluster, however often it asks and about what; only as far back as is needed to find them all.
   */
  readonly publishedIds: (head: Oid | null, question: PastQuestion) => Promise<ReadonlySet<ObjectId>>;
}

/** What was read of one cluster's past: all that lies between two commits. */
interface Past {
  readonly known: Set<ObjectId>;
  /** Of what was only kept in the newest bundle that names it. */
  readonly kept: Set<ObjectId>;
  newest: Oid | null;
  /** Where to go on reading; null = the history was read to its beginning. */
  next: Oid | null;
  lastTree: Oid | null;
}

/** Past ids that are kept in memory, of all clusters together; what was asked for longest ago is read again. */
const keptBytes = 16 * 1024 * 1024;

/** What a commit costs to look at, and a bundle to read (see slices.ts). */
const units = { commit: 10, bundle: 100 };

/** Begins with nothing known; what is forgotten under `bytes` is read again. */
export function openHistory(objects: ObjectReader, bytes = keptBytes): History {
  const pasts = createByteCache<Past>({ bytes }, ({ known, kept }) => bytesOf(known) + bytesOf(kept));
  return {
    publishedIds: async (head, question) => {
      const { ids, cluster, registration } = question;
      const key = `${cluster} ${registration}`;
      const kept = pasts.get(key);
      const past = kept === undefined ? begun(head) : await caughtUp(objects, kept, head, question);
      const hasAll = () => [...ids].every((id) => past.known.has(id) || past.kept.has(id));
      const slices = startSlices();
      while (past.next !== null && !hasAll()) {
        const cost = readCommit(objects, past, question);
        await slices.spend(cost);
      }
      pasts.set(key, past);
      return new Set([...ids].filter((id) => past.known.has(id)));
    },
  };
}

function begun(head: Oid | null): Past {
  return { known: new Set(), kept: new Set(), newest: head, next: head, lastTree: null };
}

/** The past with the commits that came since; begun anew where the ledger is not a continuation of what was read. */
async function caughtUp(objects: ObjectReader, past: Past, head: Oid | null, question: PastQuestion): Promise<Past> {
  if (head === past.newest) return past;
  const since = begun(head);
  const slices = startSlices();
  while (since.next !== null && since.next !== past.newest) {
    const cost = readCommit(objects, since, question);
    await slices.spend(cost);
  }
  if (since.next === null) return since;
  for (const id of [...since.known, ...since.kept]) for (const ids of [past.known, past.kept]) ids.delete(id);
  add(past, { ids: [...since.known], kept: [...since.kept] });
  past.newest = head;
  return past;
}

/** Reads one commit, and answers what that cost. */
function readCommit(objects: ObjectReader, past: Past, question: PastQuestion): number {
  const commit = parseCommit(objects.read(past.next ?? '')?.body ?? new Uint8Array());
  const tree = entryAt(objects, commit.tree, bundleTreePath(question.cluster));
  const isOther = tree !== null && tree !== past.lastTree;
  if (isOther) collect(bundleAt(objects, tree), question, past);
  past.lastTree = tree;
  past.next = commit.parents[0] ?? null;
  // The first commit of a volume lists what those before it published.
  if (past.next === null) add(past, { ids: listedIds(objects, commit.tree, question.registration), kept: [] });
  return isOther ? units.bundle : units.commit;
}

function collect(bundle: Revision, { registration }: PastQuestion, past: Past): void {
  if (bundle.registration === registration) add(past, namedIn(bundle));
}

// Read backwards: what is known of an id already is newer.
function add({ known, kept }: Past, named: Named): void {
  for (const id of named.ids) if (!kept.has(id)) known.add(id);
  for (const id of named.kept) if (!known.has(id)) kept.add(id);
}

function bytesOf(known: ReadonlySet<ObjectId>): number {
  return [...known].reduce((sum, id) => sum + 2 * id.length + 64, 0);
}
