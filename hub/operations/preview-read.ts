import { SluiceError } from '../../shared/errors.ts';
import type { CueEngine } from '../cue/engine.ts';
import { readHistory, type HistoryPorts } from '../load/folder.ts';
import type { Fleet, RevisionHistory, Validated } from '../model/fleet.ts';
import type { FoundHold } from '../model/hold.ts';
import { tellProblems } from '../model/problems.ts';
import type { SeenDocument } from '../model/seen-documents.ts';
import type { Problem, SkippedDocument, Snapshot } from '../model/source.ts';
import type { State } from '../model/state.ts';
import { emptyHistory, pinnedFiles, recordRevisions } from '../render/revisions.ts';
import { unrenderedRevisions } from '../render/unrendered.ts';
import { keepMissing } from '../validate/missing.ts';
import type { PushStart } from '../validate/successors.ts';
import { validateWithTexts } from '../validate/validate.ts';

/** How folders and work trees are read, and the texts of CUE in them. */
export interface ReadPorts extends HistoryPorts {
  readonly cue: CueEngine;
}

/** The newest state of a folder or work tree, with the revisions that its history makes. */
export interface Read {
  readonly fleet: Fleet;
  readonly history: RevisionHistory;
  readonly drafts: NonNullable<Validated['drafts']>;
  readonly documents: readonly SeenDocument[];
  readonly broken: State['broken'];
  readonly holds: readonly FoundHold[];
  readonly problems: readonly Problem[];
  readonly ignored: number;
  readonly skipped: readonly SkippedDocument[];
  readonly isShallow: boolean;
}

/** Reads a folder or work tree alone. Old commits give revisions; only the problems of the newest state count. */
export async function readAlone(dir: string, ports: ReadPorts, signal: AbortSignal): Promise<Read> {
  return (await readBoth(dir, () => false, ports, signal)).after;
}

/** The newest state of a work tree, and one before; null = there is none. */
export interface Both {
  readonly before: Read | null;
  /** The commit that the state before is of; null = there is none. */
  readonly base: string | null;
  readonly after: Read;
}

/** The same, with the state of the newest commit that `isBase` names; null = the one before the newest state. */
export async function readBoth(
  dir: string,
  isBase: ((commit: string) => boolean) | null,
  ports: ReadPorts,
  signal: AbortSignal,
): Promise<Both> {
  let [read, base]: [At | null, At | null] = [null, null];
  let history: RevisionHistory = emptyHistory;
  let before: PushStart = { documents: [], broken: [] };
  for await (const snapshot of readHistory(dir, ports, signal)) {
    if (isBase === null) base = read;
    const start = { history, seen: before.documents, start: before, approvals: [] };
    const made = await next({ ports, signal }, start, snapshot);
    read = { read: made, commit: snapshot.commit };
    history = made.history;
    if (isBase?.(snapshot.commit) === true) base = read;
    // Which clusters have left is the hub's to know.
    before = { ...made, documents: made.documents.filter(({ kind }) => kind !== 'Cluster') };
  }
  if (read === null) throw nothing(dir);
  return { before: base === null ? null : told(base.read), base: base?.commit ?? null, after: told(read.read) };
}

interface At {
  readonly read: Read;
  readonly commit: string;
}

function told(read: Read): Read {
  const { problems, holds } = read;
  return { ...read, problems: tellProblems([{ problems, holds: holds.map(withoutChange) }]) };
}

/** Reads what comes after the commit that a hub has processed: its documents and revisions are there before. */
export async function readAfter(
  state: Pick<State, 'source' | 'documents' | 'broken' | 'revisions' | 'approvals' | 'bundles' | 'problems'>,
  dir: string,
  ports: ReadPorts,
  signal: AbortSignal,
): Promise<Read> {
  const commit = state.source?.commit ?? '';
  const unrendered = unrenderedRevisions(state);
  const { approvals } = state;
  const start = { history: state.revisions, seen: state.documents, start: state, approvals, unrendered };
  const by = { ports, signal };
  let last: Snapshot | null = null;
  let read: Read | null = null;
  let isAfter = false;
  for await (const snapshot of readHistory(dir, ports, signal)) {
    last = snapshot;
    if (isAfter)
      read = await next(
        by,
        read === null ? start : { ...start, history: read.history, seen: read.documents },
        snapshot,
      );
    if (commit !== '' && snapshot.commit === commit) isAfter = true;
  }
  if (last === null) throw nothing(dir);
  const found = read ?? (await next(by, start, isAfter ? last : { ...last, descends: false }));
  return isAfter ? found : { ...found, problems: [...found.problems, besideOf(commit)] };
}

interface Start {
  readonly history: RevisionHistory;
  readonly seen: readonly SeenDocument[];
  /** What was there before the push that this may come with. */
  readonly start: PushStart;
  readonly approvals: State['approvals'];
  readonly unrendered?: ReadonlySet<string>;
}

interface ReadBy {
  readonly ports: ReadPorts;
  readonly signal: AbortSignal;
}

async function next(
  { ports, signal }: ReadBy,
  { history, seen, start, approvals, unrendered }: Start,
  snapshot: Snapshot,
): Promise<Read> {
  const validated = await validateWithTexts(ports.cue, snapshot, signal);
  const pinned = pinnedFiles(history);
  const kept = keepMissing({ seen, start, validated, snapshot, pinned, approvals, now: '' });
  const { ignored, skipped = [], isShallow = false } = snapshot;
  return {
    ...kept,
    history: recordRevisions(history, kept.fleet, unrendered === undefined ? {} : { unrendered }),
    drafts: validated.drafts ?? [],
    ignored,
    skipped,
    isShallow,
  };
}

// The hub alone has the change that can be approved.
function withoutChange(hold: FoundHold): Pick<FoundHold, 'problems'> {
  if (hold.change === undefined) return hold;
  const hint = 'mend that, or leave it out with `exclude`; until then a hub waits for an approval';
  return { problems: (hold.problems ?? []).map((problem) => ({ ...problem, hint })) };
}

function besideOf(commit: string): Problem {
  const what = commit === '' ? 'a folder without commits' : `commit ${commit.slice(0, 12)}`;
  return {
    code: 'SOURCE_REWOUND',
    severity: 'warning',
    message: `the hub has read ${what}, which is not in this history: what is missing here counts as kept, not as removed`,
    hint: 'merge or rebase onto the branch that the hub reads (and fetch all of it: fetch-depth: 0)',
  };
}

function nothing(dir: string): SluiceError {
  return new SluiceError('SOURCE_EMPTY', 'there is nothing to read', { path: dir });
}
