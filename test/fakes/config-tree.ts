import { createHash } from 'node:crypto';
import { keepMissing, type KeptDocuments } from '../../hub/validate/missing.ts';
import type { PushStart } from '../../hub/validate/successors.ts';
import { validate } from '../../hub/validate/validate.ts';
import { everything, type Selection } from '../../hub/load/select.ts';
import type { Entry, Listing, Other } from '../../hub/load/listing.ts';
import { createSnapshotBuilder, type SnapshotBuilder } from '../../hub/load/snapshot.ts';
import { waitingChanges } from '../../hub/model/hold.ts';
import { tellProblems } from '../../hub/model/problems.ts';
import type { GuardedChange } from '../../hub/model/guarded-change.ts';
import type { RevisionHistory } from '../../hub/model/fleet.ts';
import { emptyHistory, pinnedFiles, recordRevisions } from '../../hub/render/revisions.ts';

/** What is at a path: text or bytes of a file, a link, a submodule, or a name that cannot be read. */
export type TreeItem =
  string | Uint8Array | { readonly link: string } | { readonly submodule: string } | { readonly odd: string };

/** Files by path. */
export type ConfigTree = Readonly<Record<string, TreeItem>>;

/** The listing that Git would give of a tree. */
export function listingOf(tree: ConfigTree): Listing {
  const entries: Entry[] = [];
  const others: Other[] = [];
  for (const [path, item] of Object.entries(tree)) {
    const oid = createHash('sha1').update(JSON.stringify(item)).digest('hex');
    if (typeof item === 'string' || item instanceof Uint8Array)
      entries.push({ path, oid, read: () => Promise.resolve(Buffer.from(item)) });
    else if ('link' in item) others.push({ path, oid, kind: 'symlink', target: () => Promise.resolve(item.link) });
    else if ('submodule' in item) others.push({ path, oid: item.submodule, kind: 'submodule' });
    else others.push({ path, oid, kind: 'odd', odd: { why: item.odd, root: path } });
  }
  return { entries, others };
}

/** What a hub keeps after a commit. */
export interface AfterCommit extends KeptDocuments {
  readonly guarded: readonly GuardedChange[];
  /** `default/NAME` of the applications in force. */
  readonly apps: readonly string[];
  /** `NAME-vN` that each application runs. */
  readonly newest: Readonly<Record<string, string>>;
  /** Errors and warnings as `severity[CODE] message; path`. */
  readonly lines: readonly string[];
  readonly skipped: readonly string[];
}

/** How a commit comes. */
export interface CommitFacts {
  readonly descends?: boolean;
  readonly approvals?: readonly string[];
  readonly selection?: Selection;
  /** The hub was started anew before it. */
  readonly restarted?: boolean;
}

/** A hub's memory of a config repository over a sequence of commits. */
export function configMemory() {
  let before: PushStart = { documents: [], broken: [] };
  let history: RevisionHistory = emptyHistory;
  let count = 0;
  let last: { readonly commit: string; readonly listing: Listing } | null = null;
  let builder: SnapshotBuilder = createSnapshotBuilder(everything);
  return async (tree: ConfigTree, facts: CommitFacts = {}): Promise<AfterCommit> => {
    const { descends = true, approvals = [], selection, restarted = false } = facts;
    if (selection !== undefined || restarted) {
      builder = createSnapshotBuilder(selection ?? everything);
      if (last !== null) builder.follow(last.commit, last.listing);
    }
    const commit = `c${++count}`;
    const listing = listingOf(tree);
    const signal = new AbortController().signal;
    const snapshot = await builder.build(listing, { repository: 'r', commit, descends }, signal);
    last = { commit, listing };
    const kept = keepMissing({
      seen: before.documents,
      start: before,
      validated: validate(snapshot),
      snapshot,
      pinned: pinnedFiles(history),
      approvals: approvals.map((change) => ({ change })),
      now: '2026-01-01T00:00:00Z',
    });
    before = kept;
    history = recordRevisions(history, kept.fleet);
    const problems = tellProblems([kept]);
    return {
      ...kept,
      problems,
      guarded: waitingChanges(kept.holds),
      apps: kept.fleet.applications
        .map(({ doc }) => `${doc.metadata.namespace ?? 'default'}/${doc.metadata.name}`)
        .sort(),
      newest: Object.fromEntries(history.newest),
      lines: problems.map(
        ({ severity, code, message, place }) => `${severity}[${code}] ${message}; ${place?.path ?? ''}`,
      ),
      skipped: (snapshot.skipped ?? []).map(({ what, place }) => `${place.path}:${place.line} ${what}`),
    };
  };
}
