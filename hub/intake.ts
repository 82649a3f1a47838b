import { asSluiceError, type SluiceError } from '../shared/errors.ts';
import type { Cluster } from './model/documents.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { ConfigSource } from './load/source.ts';
import { bugOf } from './model/internal-problem.ts';
import type { Fleet, RevisionBook, Validated } from './model/fleet.ts';
import type { GuardedChange, LedgerState, SeenDocument } from './model/ledger.ts';
import type { Metrics } from './model/metrics.ts';
import type { Problem, Snapshot, Sourced } from './model/source.ts';
import { runningUnits, unrendered } from './passfacts.ts';
import { recordRevisions } from './render/revisions.ts';
import { timed } from './model/timed.ts';
import { settleDocuments } from './validate/missing.ts';
import { validate } from './validate/validate.ts';

/** What counts of the config repository now. */
export interface Intake {
  readonly source: LedgerState['source'];
  readonly documents: readonly SeenDocument[];
  readonly revisions: RevisionBook;
  readonly fleet: Fleet;
  /** Units that stay as they are, because nothing is known of the repository yet. */
  readonly held: readonly { readonly unit: string; readonly cluster: string | null }[];
  readonly guarded: readonly GuardedChange[];
  readonly problems: readonly Problem[];
  /** Commits that this intake took. */
  readonly commits: number;
  /** True when more commits wait than one pass takes. */
  readonly more: boolean;
  /** Why the repository could not be read; what was known before counts on. */
  readonly failure: SluiceError | null;
}

/** What a process remembers of the repository between passes, so that a report needs no reading. */
export interface IntakeMemory {
  last: { readonly snapshot: Snapshot; readonly validated: Validated } | null;
  /** Commits that nothing could be made of. */
  passedOver: readonly Problem[];
}

export interface IntakeParts {
  readonly source: ConfigSource;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly metrics: Pick<Metrics, 'stage'>;
  readonly memory: IntakeMemory;
}

/** Commits that one pass takes before it publishes what they come to. */
const commitsPerPass = 100;

/** Commits in a row that are remembered as passed over. */
const passedOverShown = 20;

/**
 * Takes the commits that are new, oldest first: load, validate, settle, record. A repository that cannot be read changes
 * nothing; a commit that nothing can be made of is passed over as a problem, and the rest proceeds.
 */
export async function takeCommits(
  parts: IntakeParts,
  state: LedgerState,
  options: { readonly look: boolean; readonly signal: AbortSignal },
): Promise<Intake> {
  let intake = counted(parts, state);
  if (!options.look) return intake;
  try {
    for (let commits = 1; ; commits++) {
      const snapshot = await timed(parts, 'load', () => parts.source.next(intake.source, options.signal));
      if (snapshot === null) break;
      // What the last pass could not render is known from its problems alone.
      const { problems } = state;
      intake = { ...(await taken(parts, { ...state, ...intake, problems }, snapshot)), commits };
      if ((snapshot.behind ?? 0) === 0) return intake;
      if (commits >= commitsPerPass) return { ...intake, more: true };
    }
    return parts.memory.last === null ? await takenAgain(parts, state, options.signal) : intake;
  } catch (error) {
    options.signal.throwIfAborted();
    return { ...intake, failure: asSluiceError(error) };
  }
}

/** What counts after one more commit. */
async function taken(parts: IntakeParts, state: LedgerState, snapshot: Snapshot): Promise<Intake> {
  const { memory } = parts;
  const source = { repository: snapshot.repository, commit: snapshot.commit };
  const { last } = memory;
  try {
    const validated = await timed(parts, 'validate', () => validate(snapshot));
    memory.last = { snapshot, validated };
    const intake = counted({ ...parts, memory: { ...memory, passedOver: [] } }, { ...state, source });
    memory.passedOver = [];
    return intake;
  } catch (error) {
    memory.last = last;
    const problem = passedOver(snapshot, error);
    const others = memory.passedOver.filter(({ message }) => message !== problem.message);
    memory.passedOver = [...others, problem].slice(-passedOverShown);
    return counted(parts, { ...state, source });
  }
}

/** After a restart without news: the processed commit is read again, which decides nothing that was not decided before. */
async function takenAgain(parts: IntakeParts, state: LedgerState, signal: AbortSignal): Promise<Intake> {
  const { source } = state;
  const snapshot = source === null ? null : await timed(parts, 'load', () => parts.source.again(source, signal));
  return snapshot === null ? counted(parts, state) : taken(parts, state, snapshot);
}

/** What counts of what was seen last; settled again in each pass, because approvals may have come in. */
function counted({ memory, clock }: IntakeParts, state: LedgerState): Intake {
  const same = { source: state.source, commits: 0, more: false, failure: null };
  const { documents, revisions } = state;
  if (memory.last === null) {
    const guarded = state.guarded.filter(({ cluster }) => cluster === null);
    const problems = [...state.problems, ...memory.passedOver];
    return { ...same, documents, revisions, fleet: clustersOf(state), held: runningUnits(state), guarded, problems };
  }
  const { snapshot, validated } = memory.last;
  const now = new Date(clock.now()).toISOString();
  const settled = settleDocuments({ seen: documents, validated, snapshot, approvals: state.approvals, now });
  const recorded = recordRevisions(revisions, settled.fleet, unrendered(state));
  const problems = [...settled.problems, ...recorded.problems, ...memory.passedOver];
  return { ...same, ...settled, revisions: recorded.book, held: [], problems };
}

/** A fleet of nothing but clusters: enough to keep everything as it is. */
function clustersOf({ source, documents }: LedgerState): Fleet {
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
  const bug = bugOf(error, `commit ${name} cannot be processed and is passed over`);
  return { ...bug, hint: 'what was known before counts on; commit a change, and report this line as a bug of Sluice' };
}
