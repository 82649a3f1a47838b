import { asSluiceError, type SluiceError } from '../shared/errors.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { CueEngine } from './cue/engine.ts';
import type { ConfigSource } from './load/source.ts';
import type { Cluster } from './model/documents.ts';
import type { Fleet, RevisionHistory, Validated } from './model/fleet.ts';
import { internalProblem } from './model/internal-problem.ts';
import { holdOfChange, type FoundHold } from './model/hold.ts';
import type { State } from './model/state.ts';
import type { SeenDocument } from './model/seen-documents.ts';
import type { Metrics } from './model/metrics.ts';
import type { Problem, Snapshot, Sourced } from './model/source.ts';
import { inSlices } from '../shared/lib/slices.ts';
import { timed } from './model/timed.ts';
import { pinnedFiles, recording } from './render/revisions.ts';
import { unrenderedRevisions } from './render/unrendered.ts';
import { keepMissing } from './validate/missing.ts';
import { validateWithTexts } from './validate/validate.ts';

/** The slices of the state that intake reads. */
type IntakeState = Pick<
  State,
  'source' | 'documents' | 'broken' | 'revisions' | 'bundles' | 'guarded' | 'approvals' | 'problems'
> & {
  /** The state before the push; absent = this one. */
  readonly start?: Pick<State, 'documents' | 'broken'>;
  /** What serves of each application; absent = what was recorded last. */
  readonly deliveries?: State['deliveries'];
};

/** The config repository as the rest of a pass sees it: its documents, the fleet that they make, and their revisions. */
export interface Intake {
  readonly source: State['source'];
  readonly documents: readonly SeenDocument[];
  readonly broken: State['broken'];
  readonly revisions: RevisionHistory;
  readonly fleet: Fleet;
  /** Documents that are kept; before anything was read everything is held. */
  readonly holds: readonly FoundHold[];
  readonly problems: readonly Problem[];
  /** How many commits were read. */
  readonly commits: number;
  /** True when more commits are there than one pass reads. */
  readonly more: boolean;
  /** Why the repository could not be read; the documents of the last commit that was read stay in force. */
  readonly failure: SluiceError | null;
}

/** What a process remembers of the repository between passes, so that a pass for a report reads nothing. */
export interface IntakeMemory {
  last: { readonly snapshot: Snapshot; readonly validated: Validated } | null;
  /** The commits that were passed over since the last one that could be processed. */
  passedOver: readonly Problem[];
  /** What came of the last commit, with the values that it was made from: the same for as long as those are. */
  kept?: { readonly from: readonly unknown[]; readonly intake: Pick<Intake, KeptMember> };
}

/** What of an intake is made of the documents alone. */
type KeptMember = 'documents' | 'broken' | 'revisions' | 'fleet' | 'holds' | 'problems';

/** What reading commits works with. */
export interface IntakeParts {
  readonly source: ConfigSource;
  /** Reads the texts of CUE that documents have. */
  readonly cue: CueEngine;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly metrics: Pick<Metrics, 'stage'>;
  readonly memory: IntakeMemory;
}

/** Holds everything on every cluster until the repository is read once. */
const unread: FoundHold = {
  app: null,
  cluster: null,
  by: 'intake',
  reason: 'the config repository was not read since the hub started',
};

/** Commits that one pass reads before it publishes the result. */
const commitsPerPass = 100;

/** Commits in a row that are remembered as passed over. */
const passedOverShown = 20;

/**
 * Reads the new commits, oldest first: load, validate, keep missing documents, record revisions. A repository that cannot
 * be read changes nothing; a commit that cannot be processed is passed over as a problem, and the next one is read.
 */
export async function readCommits(
  parts: IntakeParts,
  state: IntakeState,
  options: { readonly look: boolean; readonly signal: AbortSignal },
): Promise<Intake> {
  let intake = await currentIntake(parts, state);
  if (!options.look) return intake;
  try {
    for (let commits = 1; ; commits++) {
      const snapshot = await timed(parts, 'load', () => parts.source.next(intake.source, options.signal));
      if (snapshot === null) break;
      // The problems of the last pass tell which revisions did not render.
      const { problems, source } = state;
      // What the commits of one push do together is judged by what was there before all of them.
      const start = source === null ? {} : { start: state };
      const last = { ...state, ...intake, ...start, problems };
      intake = { ...(await ingest(parts, last, snapshot, options.signal)), commits };
      if ((snapshot.behind ?? 0) === 0) return intake;
      if (commits >= commitsPerPass) return { ...intake, more: true };
    }
    return parts.memory.last === null ? await reingest(parts, state, options.signal) : intake;
  } catch (error) {
    options.signal.throwIfAborted();
    return { ...intake, failure: asSluiceError(error) };
  }
}

/** The intake after one more commit. */
async function ingest(
  parts: IntakeParts,
  state: IntakeState,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<Intake> {
  const { memory } = parts;
  const source = { repository: snapshot.repository, commit: snapshot.commit };
  const { last } = memory;
  try {
    const validated = await timed(parts, 'validate', () => validateWithTexts(parts.cue, snapshot, signal));
    memory.last = { snapshot, validated };
    const intake = await currentIntake({ ...parts, memory: { ...memory, passedOver: [] } }, { ...state, source });
    memory.passedOver = [];
    return intake;
  } catch (error) {
    memory.last = last;
    const problem = passedOver(snapshot, error);
    const others = memory.passedOver.filter(({ message }) => message !== problem.message);
    memory.passedOver = [...others, problem].slice(-passedOverShown);
    return currentIntake(parts, { ...state, source });
  }
}

/** After a restart without a new commit: reads the last commit again, which decides the same as before. */
async function reingest(parts: IntakeParts, state: IntakeState, signal: AbortSignal): Promise<Intake> {
  const { source } = state;
  const snapshot = source === null ? null : await timed(parts, 'load', () => parts.source.again(source, signal));
  return snapshot === null ? currentIntake(parts, state) : ingest(parts, state, snapshot, signal);
}

/** The intake of the last commit that was read; computed in each pass, because an approval may have come in. */
async function currentIntake({ memory, clock }: IntakeParts, state: IntakeState): Promise<Intake> {
  const same = { source: state.source, commits: 0, more: false, failure: null };
  const { documents, broken, revisions, start = state } = state;
  if (memory.last === null) {
    const waiting = state.guarded.filter(({ cluster }) => cluster === null);
    const holds = [unread, ...waiting.map(holdOfChange)];
    const problems = [...state.problems, ...memory.passedOver];
    return { ...same, documents, broken, revisions, fleet: clustersOf(state), holds, problems };
  }
  const { snapshot, validated } = memory.last;
  const unrendered = unrenderedRevisions(state);
  const began = [start.documents, start.broken];
  const from = [snapshot, validated, documents, broken, revisions, ...began, memory.passedOver];
  const before = unrendered.size === 0 ? memory.kept : undefined;
  if (before?.from.every((value, index) => value === from[index]) === true) return { ...same, ...before.intake };
  const now = new Date(clock.now()).toISOString();
  const pinned = pinnedFiles(revisions);
  const kept = keepMissing({ seen: documents, start, validated, snapshot, pinned, approvals: state.approvals, now });
  const serving = (app: string) => state.deliveries?.get(app)?.stable ?? null;
  const recorded = await inSlices(recording(revisions, kept.fleet, { unrendered, serving, now }));
  const problems = [...kept.problems, ...memory.passedOver];
  const intake = { ...kept, revisions: recorded, problems };
  // A change that waits for an approval is judged again each time: approvals mean something to nothing else. So is what failed to render.
  const isLasting = unrendered.size === 0 && kept.holds.every(({ change }) => change === undefined);
  if (isLasting) memory.kept = { from, intake };
  return { ...same, ...intake };
}

/** The fleet before anything was read: the clusters that have a document, and nothing else. */
function clustersOf({ documents, source }: IntakeState): Fleet {
  const clusters = documents
    .filter(({ kind }) => kind === 'Cluster')
    .map(({ value, place }): Sourced<Cluster> => ({ doc: value as Cluster, commit: '', place, locate: () => place }));
  return {
    commit: source?.commit ?? '',
    repository: source?.repository ?? '',
    applications: [],
    deployments: [],
    clusters,
    definitions: [],
    files: new Map(),
    frozen: new Set(),
  };
}

function passedOver({ commit }: Snapshot, error: unknown): Problem {
  const name = commit.slice(0, 12) || 'of the folder';
  const problem = internalProblem(error, `commit ${name} cannot be processed and is passed over`);
  return {
    ...problem,
    hint: 'the documents of the commit before stay in force; commit a change, and report this line as a bug of Sluice',
  };
}
