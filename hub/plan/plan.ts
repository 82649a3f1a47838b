import { SluiceError } from '../../shared/errors.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { by, byCodeUnit } from '../../shared/lib/order.ts';
import { atOnce, type Work } from '../../shared/lib/slices.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { BundleMark } from '../../shared/wire/revision.ts';
import type { JudgedBy } from '../model/health.ts';
import { internalProblem } from '../model/internal-problem.ts';
import { holdOf, holdOfChange, type FoundHold } from '../model/hold.ts';
import { waitingOn } from '../model/waiting-change.ts';
import type { ClusterDirectives, ClusterTakenBack } from '../model/delivery.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { NextBundle, Plan } from '../model/bundle.ts';
import type { PlacementFacts } from '../model/placement.ts';
import type { RenderedApp } from '../model/rendered.ts';
import { findingAbandoned } from './abandoned.ts';
import { planCluster, type ClusterPlan } from './cluster.ts';
import { departuresFrom } from './departures.ts';
import { besideOthers } from './beside.ts';
import { agentTooOld, bundleFormat, isAboveAgent, planningFormat } from './format.ts';
import { withoutDoneJobs } from './done-jobs.ts';
import { encodingEntry, unencodedProblem, type Entry } from './entry.ts';
import { guardingFleet } from './fleet-guard.ts';
import { heldUnits } from './held-units.ts';
import { neededApprovals } from './needed-approvals.ts';
import { previousRevision, type ClusterInput, type PlanState } from './input.ts';
import { renderedOn } from '../model/rendered-on.ts';
import { stepping } from './stepped.ts';
import { touchedClusters, type PlanMemory } from './touched.ts';
import { isUnchanged, rememberUnchanged } from './unchanged.ts';
import { unexplainedIds } from './unexplained.ts';

/** What a plan is made from. */
export interface PlanInput {
  /** The slices that planning reads, as the ledger has them; the registry may be that of this pass already. */
  readonly state: PlanState;
  readonly source: { readonly repository: string; readonly commit: string };
  readonly rendered: readonly RenderedApp[];
  /** The commit of the documents in force, from which most of it was rendered. */
  readonly commit: string;
  /** The holds of the stages before: a unit whose content one of them keeps stays as it was published. */
  readonly holds: readonly Pick<FoundHold, 'app' | 'cluster' | 'by'>[];
  /** What deliveries tell clusters of their units. */
  readonly directives: ReadonlyMap<string, ClusterDirectives>;
  /** Units that go back behind a delivery, by cluster (default: none). */
  readonly takenBack?: ReadonlyMap<string, ClusterTakenBack>;
  /** By cluster and unit: what is to be reported of the objects of a unit that stays as it was published (default: nothing more). */
  readonly asked?: ReadonlyMap<string, NonNullable<ClusterInput['asked']>>;
  /** What placement decided: it tells why a unit leaves a cluster. */
  readonly placement: PlacementFacts;
  /** The labels that each cluster's bundle carries; the registry's where there are none here. */
  readonly labels: ReadonlyMap<string, Labels>;
  /** The newest report of each cluster. */
  readonly reports: ReadonlyMap<string, { readonly report: AgentReport }>;
  /** What definitions say of how well applications are. */
  readonly judged: JudgedBy;
  /** By cluster: unexplained ids that the ledger did publish to it (`publishedBefore`). */
  readonly published: ReadonlyMap<string, ReadonlySet<ObjectId>>;
  /** Clusters whose bundle another hub key signed than the one at work: it is signed again, as the next generation. */
  readonly signAgain: ReadonlySet<string>;
  /** By cluster: the bundle that its agent showed and that a hub key signed (`reportedBundles`). */
  readonly reported: ReadonlyMap<string, BundleMark>;
  /** File sizes of a published bundle by path; only asked for units that stay as they were. */
  readonly sizes: (bundle: PublishedBundle) => ReadonlyMap<string, number>;
  readonly now: string;
  /** The last plan of this fleet, which this one takes the place of; absent = each cluster is looked at. */
  readonly memory?: PlanMemory;
}

/**
 * Decides the next bundle of every cluster, or why there is none (pure). Whatever fails or is held stays byte for byte
 * as it was published, per unit and cluster. Throws LEDGER_BEHIND when the ledger is older than what it published.
 */
export function plan(input: PlanInput): Plan {
  return atOnce(planning(input));
}

/** What a cluster costs beside its applications, and each of those that it has or gets, in units of a slice. */
const [clusterUnits, appUnits] = [5, 5];
/** What looking at a cluster costs. */
const unchangedUnits = 0.3;

/** The same, as work in steps: cluster by cluster, and only those that are not at rest. */
export function* planning(input: PlanInput): Work<Plan> {
  assertNotBehind(input);
  const next: NextBundle[] = [];
  const changed = yield* changedClusters(input);
  const holds = yield* guardingFleet(input, changed);
  const guarded = holds.length === 0 ? input : { ...input, holds: [...input.holds, ...holds] };
  // What the guard holds is judged as one change: all of it is looked at with each plan, or a part would pass as few.
  const open = new Set(holds.flatMap(({ cluster }) => cluster ?? []));
  for (const record of changed) {
    const apps = renderedOn(input.rendered, record.name);
    const planned = yield* catchingInternal(guarded, record, apps);
    const published = input.state.bundles.get(record.name)?.revision.apps.length ?? 0;
    yield clusterUnits + appUnits * (apps.length + published);
    if (planned.next !== null) next.push(planned.next);
    if (!planned.isAtRest) open.add(record.name);
    holds.push(...planned.holds);
  }
  const problems = yield* findingAbandoned(input, next);
  if (input.memory !== undefined) input.memory.last = { input, open };
  return { next, holds, problems, approvals: neededApprovals(input.state, next, holds) };
}

/** The clusters that are not as they were planned before, by name. */
function* changedClusters(input: PlanInput): Work<readonly ClusterRecord[]> {
  const { clusters } = input.state;
  const touched = input.memory === undefined ? null : touchedClusters(input.memory, input);
  const changed: ClusterRecord[] = [];
  for (const record of touched === null ? byName(clusters) : recordsOf(clusters, touched)) {
    yield unchangedUnits;
    if (!record.revoked && !isAtRest(input, record)) changed.push(record);
  }
  return changed;
}

function recordsOf(clusters: PlanState['clusters'], names: ReadonlySet<string>): readonly ClusterRecord[] {
  return [...names].sort(byCodeUnit).flatMap((name) => clusters.get(name) ?? []);
}

const byName = oncePerValue((clusters: PlanState['clusters']) => [...clusters.values()].sort(by(({ name }) => name)));

function isAtRest(input: PlanInput, record: ClusterRecord): boolean {
  try {
    return isUnchanged({ ...clusterFacts(input, record), apps: renderedOn(input.rendered, record.name) });
  } catch {
    // The plan of the cluster says what is wrong.
    return false;
  }
}

// An internal error in one cluster must not stop the others: it keeps its bundle, and its changes go on waiting.
function* catchingInternal(
  input: PlanInput,
  record: ClusterRecord,
  rendered: readonly RenderedApp[],
): Work<ClusterPlan & { readonly isAtRest: boolean }> {
  const cluster = record.name;
  try {
    const facts = { ...clusterFacts(input, record), apps: rendered };
    const { entries, holds } = yield* encodingEntries(rendered, facts, input.commit);
    const held = new Set([...facts.held, ...heldUnits(holds, cluster, input.state)]);
    const departures = departuresFrom(input, record);
    const planned = planCluster({ ...facts, held, departures, rendered: entries });
    const isNothing = planned.next === null && planned.holds.length === 0 && holds.length === 0;
    return { ...planned, holds: [...holds, ...planned.holds], isAtRest: isNothing && rememberUnchanged(facts) };
  } catch (error) {
    const waiting = waitingOn(input.state.guarded, cluster);
    const problem = { ...internalProblem(error, `the next bundle of ${cluster} cannot be planned`), cluster };
    const kept = [holdOf('plan', problem, { app: null, cluster }), ...waiting.map(holdOfChange)];
    return { next: null, holds: kept, isAtRest: false };
  }
}

/** What was rendered for a cluster as its bundle carries it, and a hold for each unit that cannot be delivered so. */
interface Encoded {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly holds: readonly FoundHold[];
}

function* encodingEntries(rendered: readonly RenderedApp[], facts: ClusterFacts, commit: string): Work<Encoded> {
  const encoded = new Map<string, Entry>();
  const holds: FoundHold[] = [];
  for (const app of rendered) {
    try {
      encoded.set(appKey(app), yield* encodingEntry(app, facts.format, commit));
    } catch (error) {
      holds.push(unencodedHold(app, error));
    }
  }
  const previous = previousRevision(facts.state, facts.record);
  const beside = besideOthers(encoded, { ...facts, previous });
  const step = stepping(facts);
  const withoutJobs = withoutDoneJobs(facts);
  const entries = new Map<string, Entry>();
  for (const app of rendered) {
    const found = beside.get(appKey(app));
    if (found === undefined) continue;
    const entry = withoutJobs(found);
    const stepped = step(entry.app, app);
    if ('by' in stepped) {
      holds.push(stepped);
      continue;
    }
    const next = withSteps(entry, stepped);
    const tooOld = agentTooOld(facts.target, next.content ?? next.app, app.cluster);
    if (tooOld === null) entries.set(appKey(app), next);
    else holds.push(tooOld);
  }
  return { entries, holds };
}

type ClusterFacts = Omit<ClusterInput, 'rendered' | 'departures'>;

function clusterFacts(input: PlanInput, record: ClusterRecord): ClusterFacts {
  const { state, source, labels, reports, published, directives, signAgain, sizes, now } = input;
  const { name } = record;
  const previous = previousRevision(state, record);
  const report = reports.get(name)?.report ?? null;
  const open = previous === null || report === null ? new Set<ObjectId>() : unexplainedIds(previous, report);
  const asked = input.asked?.get(name);
  return {
    ...(asked !== undefined && { asked }),
    state,
    record,
    source,
    labels: labels.get(name) ?? record.labels,
    format: planningFormat(previous, record),
    target: bundleFormat(record),
    held: heldUnits(input.holds, name, state),
    again: [...(published.get(name) ?? [])].filter((id) => open.has(id)),
    report,
    directives: directives.get(name) ?? noDirectives,
    takenBack: input.takenBack?.get(name),
    mustSignAgain: signAgain.has(name) || isAboveAgent(previous, record),
    sizes,
    now,
  };
}

const noDirectives: ClusterDirectives = new Map();

/** The hold of a unit that cannot be delivered as it is. */
function unencodedHold(app: RenderedApp, error: unknown): FoundHold {
  const unit = { app: appKey(app), cluster: app.cluster };
  return holdOf('render', unencodedProblem(app, error), unit);
}

/** An entry with what leads to it in one cluster; the very same where nothing does. */
function withSteps(entry: Entry, app: Entry['app']): Entry {
  if (app === entry.app) return entry;
  const { from, delivery } = app;
  const content = entry.content === undefined ? {} : { content: { ...entry.content, from, delivery } };
  return { ...entry, app, ...content };
}

function assertNotBehind({ state, reported }: PlanInput): void {
  for (const [cluster, { epoch, generation }] of reported) {
    const known = state.bundles.get(cluster)?.revision.generation ?? 0;
    if (epoch !== state.epoch || generation <= known) continue;
    throw new SluiceError('LEDGER_BEHIND', `generation ${generation} was published, and the ledger does not know it`, {
      subject: cluster,
      hint: 'restore the newest ledger: docs/operations.md, "A lost hub"',
    });
  }
}
