import { by } from '../../shared/lib/order.ts';
import type { Fleet, Target } from '../model/fleet.ts';
import { assumedKubernetes } from '../model/cluster-version.ts';
import { tellProblems } from '../model/problems.ts';
import type { Reports } from '../model/reports.ts';
import type { Assignment, RenderedApp } from '../model/rendered.ts';
import { keepsContent, type FoundHold } from '../model/hold.ts';
import type { Problem } from '../model/source.ts';
import type { State } from '../model/state.ts';
import type { CueEngine } from '../cue/engine.ts';
import { placementFacts } from '../place/facts.ts';
import { place } from '../place/place.ts';
import { runningUnits } from '../place/running.ts';
import { plan } from '../plan/plan.ts';
import { decideCapabilities } from '../registry/capabilities.ts';
import { findLocalCluster, reportedVersions, targetsOf } from '../registry/targets.ts';
import { currentProviders } from '../render/current-providers.ts';
import { render } from '../render/render.ts';
import { heard } from '../render/withheld.ts';
import type { KnownFacts } from './facts.ts';
import { tooLarge } from './preview-limits.ts';
import { takenNames, withoutClusters } from './preview-problems.ts';
import type { Read } from './preview-read.ts';

/** What was decided of the documents, and all that is wrong with them and with that. */
export interface Judged {
  readonly targets: readonly Target[];
  readonly assignments: readonly Assignment[];
  readonly apps: readonly RenderedApp[];
  readonly problems: readonly Problem[];
  /** What errors keep as it is: an application everywhere (`namespace/name`), or a unit on a cluster (`UNIT CLUSTER`). */
  readonly stays: ReadonlySet<string>;
}

/** How documents are judged: `local` is the local cluster where it was named. */
export interface JudgeOptions {
  readonly local?: string | undefined;
  readonly signal: AbortSignal;
}

/** Places and renders by the documents alone: every cluster has a document, the local one excepted. */
export async function judgeAlone(cue: CueEngine, read: Read, { local, signal }: JudgeOptions): Promise<Judged> {
  const { fleet, history, isShallow } = read;
  const localCluster = local ?? 'local';
  const targets = declaredTargets(fleet, localCluster);
  const placed = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster, provisional: true });
  const { assignments } = placed;
  const rendered = await render(cue, { fleet, history, assignments, targets }, signal);
  const placing = withoutClusters(tellProblems([placed]), fleet).map((problem) => withoutHistory(problem, isShallow));
  const planned = [...takenNames(rendered.apps), ...tooLarge(rendered.apps)];
  const problems = [...read.problems, ...placing, ...tellProblems([rendered]), ...planned];
  return {
    targets,
    assignments,
    apps: rendered.apps,
    problems,
    stays: staying([...read.problems, ...placing], rendered),
  };
}

// What cannot be rendered stays on the clusters that it is meant for: those that it leaves have no need of it.
function staying(problems: readonly Problem[], { holds }: { readonly holds: readonly FoundHold[] }): Judged['stays'] {
  const everywhere = problems.flatMap(({ app, severity }) => (severity === 'error' ? (app ?? []) : []));
  const there = holds.filter(keepsContent).map(({ app, cluster }) => `${app ?? ''} ${cluster ?? ''}`);
  return new Set([...everywhere, ...there]);
}

/** What is known of a hub: without reports and sizes, what they tell is not judged. */
export interface KnownHub extends Partial<KnownFacts> {
  readonly state: Omit<State, 'number'>;
  readonly localCluster: string | null;
}

/** Decides as a hub would with this state, and publishes nothing: a pass without its last step. */
export async function judgeByHub(
  cue: CueEngine,
  read: Read,
  { state, localCluster: configured, reports: known, sizes = () => new Map() }: KnownHub,
  { local, signal }: JudgeOptions,
): Promise<Judged> {
  const { fleet, history } = read;
  const now = '';
  const reports: Reports = known ?? new Map();
  const offered = decideCapabilities({ state, fleet, reports, now });
  const placeable = targetsOf(fleet, offered.clusters, reportedVersions(reports, offered.clusters));
  const targets = known === undefined ? withVersions(placeable) : placeable;
  const localCluster = local ?? findLocalCluster(configured, targets);
  const { picks } = state;
  const toPlace = { fleet, history, targets, picks, previous: runningUnits(state), localCluster };
  const placed = place(toPlace);
  const { assignments } = placed;
  const input = { fleet, history, assignments, targets, currentProviders: currentProviders(state) };
  const rendered = await render(cue, { ...input, ...heard(reports, state, history) }, signal);
  const planned = plan({
    state: { ...state, clusters: offered.clusters },
    source: state.source ?? { repository: '', commit: '' },
    rendered: rendered.apps,
    commit: fleet.commit,
    asked: rendered.asked,
    holds: [...read.holds, ...placed.holds, ...rendered.holds],
    placement: placementFacts(toPlace, placed, state),
    labels: new Map(targets.map(({ name, labels }) => [name, labels])),
    reports,
    directives: new Map(),
    // What a hub told of health is what its definitions say, too.
    judged: () => undefined,
    published: new Map(),
    signAgain: new Set(),
    reported: new Map(),
    sizes,
    now,
  });
  const stages = [read, offered, placed, rendered, planned];
  const told = tellProblems(stages.map(({ holds, ...stage }) => ({ ...stage, holds: holds.map(asForecast) })));
  const before = [...read.problems, ...tellProblems([placed])];
  return { targets, assignments, apps: rendered.apps, problems: told, stays: staying(before, rendered) };
}

// What waits for an approval is not a mistake: it is told beforehand.
function asForecast(hold: FoundHold): Pick<FoundHold, 'problems'> {
  if (hold.change === undefined) return hold;
  const hint = 'once it is pushed, sluice-hub status names the change to approve';
  const problems = (hold.problems ?? []).map((problem): Problem => ({
    ...problem,
    severity: 'warning',
    message: `would wait for an approval: ${problem.message}`,
    hint,
  }));
  return { problems };
}

// Whether there is such a revision cannot be told without the commits that made it.
function withoutHistory(problem: Problem, isShallow: boolean): Problem {
  if (problem.code !== 'REVISION_NOT_FOUND' || !isShallow) return problem;
  const message = `${problem.message}: revisions may be in commits that are not read here, as those of a shallow clone`;
  return {
    ...problem,
    code: 'SOURCE_UNAVAILABLE',
    message,
    hint: 'use a whole clone (fetch-depth: 0), as `git clone` makes it',
  };
}

// A local cluster needs no document.
function declaredTargets(fleet: Fleet, localCluster: string): readonly Target[] {
  const targets = fleet.clusters.map(({ doc }) => ({
    name: doc.metadata.name,
    labels: doc.metadata.labels ?? {},
    capabilities: doc.spec?.capabilities ?? null,
  }));
  const isThere = targets.some(({ name }) => name === localCluster);
  return withVersions([
    ...targets,
    ...(isThere ? [] : [{ name: localCluster, labels: {}, capabilities: null }]),
  ]).toSorted(by(({ name }) => name));
}

// Where no agent can have reported, templates that ask for the version of Kubernetes are rendered for a new one.
function withVersions(targets: readonly Target[]): readonly Target[] {
  return targets.map((target) => ({ kubernetes: assumedKubernetes, ...target }));
}
