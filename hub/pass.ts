import { inSlices } from '../shared/lib/slices.ts';
import type { Clock } from '../shared/ports/clock.ts';
import { reportedBundles } from './collect/reported-bundles.ts';
import { advancing, type Advanced, type AdvanceInput } from './deliver/advance.ts';
import { insightsBetween } from './deliver/insights.ts';
import { deliveredApps } from './deliver/delivered.ts';
import type { ProgressMemory } from './deliver/progress.ts';
import type { PartMemory } from './deliver/parts.ts';
import { partsAfter } from './deliver/published-parts.ts';
import { decideAsking, type Questions } from './deliver/questions.ts';
import { windowsAt, type ReadCron } from './deliver/window.ts';
import { readCommits, type Intake, type IntakeParts } from './intake.ts';
import { changesBetween } from './model/changes.ts';
import type { Effect, EffectsKnown } from './model/effect.ts';
import { trackingHolds, type HoldMemory } from './model/hold-memory.ts';
import type { HealthJudge } from './health/judge.ts';
import { waitingChanges, type Hold } from './model/hold.ts';
import { docKey } from './model/documents.ts';
import type { Metrics } from './model/metrics.ts';
import { tellingProblems } from './model/problems.ts';
import type { AgentReads } from './model/registry.ts';
import type { Reports } from './model/reports.ts';
import type { State } from './model/state.ts';
import type { Store } from './model/store.ts';
import { timed } from './model/timed.ts';
import { findingFacts } from './place/facts.ts';
import { placing } from './place/place.ts';
import { placedAsDeployment } from './place/deployment.ts';
import { placedAs, programOf } from './place/program.ts';
import type { Placed, PlaceInput } from './place/types.ts';
import { picksInUse, placeInput } from './place/running.ts';
import { judgedUnits } from './plan/judged.ts';
import { planning, type PlanInput } from './plan/plan.ts';
import { bundlesToSignAgain } from './plan/sign-again.ts';
import type { PlanMemory } from './plan/touched.ts';
import { policies } from './policies/types/list.ts';
import { effectOf } from './policies/uses.ts';
import { portionsOf } from './plan/portion.ts';
import { publishedBefore } from './plan/unexplained.ts';
import { fileSizes } from './publish/file-sizes.ts';
import { commitMessage } from './publish/message.ts';
import { finishPending } from './publish/pending.ts';
import { publishPortions, type PortionedChange } from './publish/portions.ts';
import type { Published } from './publish/publish.ts';
import type { PublishDeps } from './publish/types.ts';
import type { PublishedBundle } from './model/published-bundle.ts';
import { decidingCapabilities } from './registry/capabilities.ts';
import { withReads } from './registry/reads.ts';
import { findLocalCluster, labelsByName, reportedVersions, sitesOf, targetsOf } from './registry/targets.ts';
import { currentProviders } from './render/current-providers.ts';
import type { RenderMemory } from './render/memory.ts';
import { render } from './render/render.ts';
import { recordedWays } from './render/ways.ts';
import { heard } from './render/withheld.ts';
import { findingRows, type ChangeRow } from './rows.ts';
import type { ComponentSource } from './sources/source.ts';

/** What a pass works with. */
export interface PassParts extends IntakeParts {
  readonly store: Store;
  readonly publishing: PublishDeps;
  /** Where the objects of components come from. */
  readonly sources: readonly ComponentSource[];
  readonly rendered: RenderMemory;
  readonly reports: (state: State) => Reports;
  /** What agents said of the formats that they read, by registration. */
  readonly reads: () => ReadonlyMap<string, AgentReads>;
  readonly holds: HoldMemory;
  readonly planned: PlanMemory;
  readonly localCluster: string | null;
  /** Where deliveries stand. */
  readonly progress: ProgressMemory;
  readonly parts: PartMemory;
  /** What deliveries ask of CUE, and what they want done outside of clusters. */
  readonly questions: Questions;
  readonly effects: EffectsKnown & { readonly want: (effects: readonly Effect[]) => void };
  /** Since when this process hears reports (milliseconds since the epoch), and how often each agent sends one. */
  readonly listeningSince: number;
  readonly heartbeatMs: number;
  readonly cron: ReadCron;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Told which clusters have a new bundle, as soon as the channel has it. */
  readonly notify: (published: Published) => void;
  /** What definitions say of how well applications are; given what is published of those that have such texts. */
  readonly judged: HealthJudge['judged'];
  readonly judge: HealthJudge['expect'];
  /** True when a change of the registry or of approvals waits for this pass to end. */
  readonly isAwaited: () => boolean;
}

/** The result of a pass; `failure` = the config repository could not be read, and everything else went on. */
export interface PassResult extends Published {
  /** Everything that is not done, and why. */
  readonly holds: readonly Hold[];
  /** Everything that changed, and why. */
  readonly rows: readonly ChangeRow[];
  readonly more: boolean;
  /** The next moment at which a pass is due by itself (milliseconds since the epoch); null = none is. */
  readonly due: number | null;
  readonly failure: Error | null;
}

/** Publishes one portion after the other, and tells of each; a change that waits comes in between. */
async function publishAll(
  parts: PassParts,
  change: PortionedChange,
  signal: AbortSignal,
): ReturnType<typeof publishPortions> {
  const published = await timed(parts, 'publish', () =>
    publishPortions(parts.publishing, change, {
      published: (some) => timed(parts, 'notify', () => parts.notify(some)),
      isAwaited: () => signal.aborted || parts.isAwaited(),
    }),
  );
  parts.metrics.published(published.clusters.length);
  return published;
}

/** What planning knows of the clusters beside the documents: what they have, and what they say. */
async function planFacts(
  { store, publishing, judged, planned: memory }: PassParts,
  before: State,
  known: Pick<PlanInput, 'directives' | 'takenBack' | 'now'> & Pick<AdvanceInput, 'targets' | 'reports'>,
): Promise<Omit<PlanInput, 'state' | 'source' | 'rendered' | 'commit' | 'holds' | 'placement'>> {
  const { targets, ...facts } = known;
  return {
    ...facts,
    ...{ judged, memory },
    labels: labelsByName(targets),
    published: await publishedBefore(store, before, facts.reports),
    signAgain: bundlesToSignAgain(before, publishing.keys.hub),
    reported: reportedBundles(facts.reports, publishing.keys.trusted),
    sizes: (bundle: PublishedBundle) => fileSizes(store, bundle),
  };
}

/** Which clusters have the content of the documents now, which stay as they are, and which go back. */
async function deliver(
  parts: PassParts,
  { before, intake, signal }: { readonly before: State; readonly intake: Intake; readonly signal: AbortSignal },
  placed: PlacedNow,
): Promise<Advanced> {
  const { clock, listeningSince, heartbeatMs, holds, questions, effects, judged } = parts;
  const { apps, isGone } = deliveredApps({ ...intake, ...recordedWays(intake.revisions, programOf) });
  const { toPlace, reports } = placed;
  const { targets, localCluster } = toPlace;
  const now = clock.now();
  const input: AdvanceInput = {
    ...{ targets, localCluster, apps },
    isGone,
    state: { ...before, clusters: placed.clusters },
    assignments: placed.assignments,
    reports,
    judged,
    holds: holds.last ?? [],
    published: parts.parts.published,
    placedAs: (app, content, document) =>
      document === undefined ? placedAs(toPlace, app, content) : placedAsDeployment(toPlace, document),
    listening: { now, since: listeningSince, heartbeatMs },
    freeze: before.freeze,
    before: parts.progress.last,
    window: windowsAt(parts.cron, now),
    world: { ask: questions.ask, effects },
  };
  const asking = { cue: parts.cue, signal, now };
  const advanced = await decideAsking(questions, asking, () => inSlices(advancing(input)));
  parts.progress.last = advanced.progress;
  return advanced;
}

/** Counts the deliveries that ended, of applications that want it. */
function measure({ metrics }: PassParts, [before, after]: readonly [State, State], { fleet, revisions }: Intake): void {
  if (before.deliveries === after.deliveries) return;
  const documents = new Map(fleet.applications.map(({ doc }) => [docKey(doc), doc]));
  const measuredOf = (app: string) => {
    const doc = documents.get(app);
    return (doc === undefined ? undefined : effectOf(doc, 'insights', policies)) ?? null;
  };
  const ended = insightsBetween(before.deliveries, after.deliveries, { measuredOf, history: revisions });
  for (const { app, phase, leadSeconds } of ended) {
    if (phase !== null) metrics.delivered(app, phase);
    if (leadSeconds !== null) metrics.leadTime(app, leadSeconds);
  }
}

interface PlacedNow extends Pick<Placed, 'assignments'> {
  readonly toPlace: PlaceInput;
  readonly clusters: State['clusters'];
  readonly reports: Reports;
}

/**
 * One pass: reads the new commits, decides what every cluster is to run, and publishes what changed. It waits for nothing:
 * the same inputs give the same outputs, and a program killed anywhere in it goes on at the next start. `look` is false
 * where only reports or the registry changed, so that the config repository need not be asked.
 */
export async function pass(parts: PassParts, look: boolean, signal: AbortSignal): Promise<PassResult> {
  const { store, publishing } = parts;
  await publishing.confirm?.();
  const before = await store.read();
  const pending = await finishPending(publishing, before);
  const reports = parts.reports(before);
  const now = new Date(parts.clock.now()).toISOString();

  // The documents in force, and the clusters with their capabilities.
  const intake = await readCommits(parts, before, { look, signal });
  const { source, documents, broken, fleet, revisions: history } = intake;
  const offered = await inSlices(decidingCapabilities({ state: before, fleet, reports, now }));
  const clusters = withReads(offered.clusters, parts.reads());
  const targets = targetsOf(fleet, clusters, reportedVersions(reports, clusters));

  // The revisions of each cluster, their objects, and the next bundles.
  const localCluster = findLocalCluster(parts.localCluster, targets);
  const toPlace = placeInput(before, { fleet, history, targets: sitesOf(targets), localCluster });
  const placed = await timed(parts, 'place', () => inSlices(placing(toPlace)));
  const delivered = await timed(parts, 'deliver', () =>
    deliver(parts, { before, intake, signal }, { toPlace, assignments: placed.assignments, clusters, reports }),
  );
  const rendered = await timed(parts, 'render', () => {
    const [{ assignments }, { sources }] = [delivered, parts];
    const input = { fleet, history, assignments, targets, currentProviders: currentProviders(before), sources };
    return render(parts.cue, { ...input, ...heard(reports, { ...before, clusters }, history) }, signal, parts.rendered);
  });
  const planned = await timed(parts, 'plan', async () => {
    const kept = [...intake.holds, ...placed.holds, ...delivered.holds, ...rendered.holds];
    const placement = await inSlices(findingFacts(toPlace, placed, before));
    const [{ directives, takenBack }, state] = [delivered, { ...before, clusters }];
    const facts = await planFacts(parts, before, { targets: toPlace.targets, reports, directives, takenBack, now });
    const from = source ?? { repository: '', commit: '' };
    const [{ apps, asked }, { commit }] = [rendered, fleet];
    return inSlices(planning({ ...facts, state, source: from, rendered: apps, commit, asked, holds: kept, placement }));
  });

  // The holds, and the changes of the state.
  const stages = [intake, offered, placed, delivered, rendered, planned];
  const found = stages.flatMap(({ holds }) => holds);
  const picks = picksInUse(placed.picks, documents, before);
  const guarded = waitingChanges(found);
  const problems = await inSlices(tellingProblems([...stages, pending]));
  const { deliveries, due } = delivered;
  const read = { source, documents, broken, revisions: history };
  const decided = { ...read, clusters, picks, deliveries, guarded, approvals: planned.approvals, problems };
  const changes = changesBetween(before, decided);
  const message = (bundles: number) => commitMessage(intake.commits, source?.commit ?? '', bundles);
  const portions = portionsOf(planned.next, before.bundles);
  const { isWhole, ...published } = await publishAll(parts, { view: before, changes, portions, message }, signal);
  measure(parts, [before, published.state], intake);
  parts.judge(judgedUnits(rendered.apps, published.state));
  parts.effects.want(delivered.effects);
  parts.parts.published = partsAfter(parts.parts.published, { wanted: delivered.parts, holds: found, isWhole });
  const holds = await inSlices(trackingHolds(parts.holds, found, { state: before, now }));
  const after = { state: published.state, holds: holds.after };
  const rows = await inSlices(findingRows({ state: before, holds: holds.before }, after));
  return { ...published, holds: holds.after, rows, more: intake.more || !isWhole, due, failure: intake.failure };
}
