import { isEqual } from '../../shared/lib/equal.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { factsOf } from '../../shared/model/kinds.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey, contentOf } from '../../shared/wire/bundle.ts';
import type { ReportApp } from '../../shared/wire/report.ts';
import type { AppContent, BundleApp, BundleDelivery } from '../../shared/wire/revision.ts';
import type { UnitDirective } from '../model/delivery.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { Problem } from '../model/source.ts';
import type { Rollout } from '../model/agent-steps.ts';
import type { RenderedApp } from '../model/rendered.ts';
import { withJobs } from './analysis-jobs.ts';
import { withSizes } from './format.ts';
import { previousRevision, type ClusterInput } from './input.ts';

/** What the way of an application to its next content in one cluster is decided from. */
export interface SteppedInput {
  /** The application as it was rendered now. */
  readonly app: BundleApp;
  /** The steps of its document; absent = it has none. */
  readonly rollout: Rollout | undefined;
  /** The delivery that brings it here; absent = none does. */
  readonly directive: UnitDirective | undefined;
  /** What the cluster's bundle has of it; undefined = nothing. */
  readonly previous: BundleApp | undefined;
  /** What its agent says of it; undefined = nothing. */
  readonly reported: ReportApp | undefined;
  /** The size of a published file. */
  readonly sizeOf: (path: string) => number;
}

/**
 * The application with the delivery that brings it, the steps that lead to it, and the content that serves meanwhile (pure): where a revision comes that
 * the serving content has not. Documents that give back what serves put it back at once, without steps; what its agent reports as
 * done serves alone.
 */
export function stepped(input: SteppedInput): BundleApp {
  const { app, previous, directive } = input;
  const serving = servingOf(input);
  const rollout = input.rollout ?? besides(input, serving);
  if (previous === undefined || serving === null || !goesBySteps(input, serving)) return numbered(app, directive);
  if (isOnItsWay(app, previous)) {
    const delivery = directiveOf({ ...input, rollout }, previous.delivery);
    return { ...inTime(app, rollout), from: previous.from, delivery };
  }
  if (rollout === undefined || directive === undefined) return numbered(app, directive);
  const from = serving.objects.some(({ bytes }) => bytes === undefined) ? sized(serving, input) : serving;
  const { number, attempt } = directive;
  return { ...inTime(app, rollout), from, delivery: { number, attempt, ...stepsOf(rollout, directive) } };
}

/** True where steps may lead to an application: those of its delivery run, or a revision comes that the serving content has not. */
function goesBySteps({ app, previous }: SteppedInput, serving: AppContent): boolean {
  if (previous === undefined || serving.digest === app.digest) return false;
  return isOnItsWay(app, previous) || hasNewRevision(app, serving);
}

function isOnItsWay(app: BundleApp, previous: BundleApp): previous is BundleApp & { readonly from: AppContent } {
  return previous.from !== undefined && previous.digest === app.digest;
}

/** An application with the deadline of the steps that lead to it. */
function inTime(app: BundleApp, rollout: Rollout | undefined): BundleApp {
  const seconds = rollout?.deadlineSeconds ?? app.health.progressDeadlineSeconds;
  return seconds === app.health.progressDeadlineSeconds
    ? app
    : { ...app, health: { progressDeadlineSeconds: seconds } };
}

/** Without steps, what comes under another name comes beside what serves, all of it at once. */
const beside: Rollout = { steps: [{ type: 'scale', replicas: { percent: 100 }, weight: 100 }], isPaused: false };

function besides({ app, directive }: SteppedInput, serving: AppContent | null): Rollout | undefined {
  if (directive?.isCopy !== true || serving === null) return undefined;
  const [before, after] = [podsOf(serving), podsOf(app)];
  const isRenamed = [...before].some((id) => !after.has(id)) && [...after].some((id) => !before.has(id));
  return isRenamed ? beside : undefined;
}

function podsOf({ objects }: AppContent): ReadonlySet<ObjectId> {
  return new Set(objects.flatMap(({ id }) => (factsOf(id).isScalable ? [id] : [])));
}

/** An application that stays as it was published, with what its steps are to do now. */
export function withAction(app: BundleApp, directive: UnitDirective | undefined): BundleApp {
  const { delivery, from } = app;
  if (directive === undefined || delivery === undefined || from === undefined) return app;
  const isMeant = delivery.number === directive.number && delivery.attempt === directive.attempt;
  if (!isMeant || delivery.action === directive.action) return app;
  return { ...app, delivery: { ...delivery, action: directive.action } };
}

const numberedApps = oncePerValue<BundleApp, Map<string, BundleApp>>(() => new Map());

/** An application that is applied at once, with the delivery that brings it. */
function numbered(app: BundleApp, directive: UnitDirective | undefined): BundleApp {
  if (directive === undefined) return app;
  const { number, attempt } = directive;
  const known = numberedApps(app);
  const key = `${number} ${attempt}`;
  const made = known.get(key) ?? { ...app, delivery: { number, attempt, action: 'run' as const, steps: [] } };
  known.set(key, made);
  return made;
}

/**
 * True where steps would begin from what serves, and nothing is known of that: the agent has not said yet how far it is with those
 * that it was given. What it has done by itself meanwhile must not be taken for what it came from.
 */
export function isUnheard({ app, rollout, previous, reported }: SteppedInput): boolean {
  if (rollout === undefined || previous?.from === undefined || previous.delivery === undefined) return false;
  if (app.digest === previous.digest || app.digest === previous.from.digest) return false;
  return reported?.delivery?.number !== previous.delivery.number;
}

/** The same for the applications of one cluster. */
export function stepping(cluster: ClusterSteps): (app: BundleApp, rendered: RenderedApp) => BundleApp | FoundHold {
  const { state, record, report, sizes, directives } = cluster;
  const before = new Map(previousRevision(state, record)?.apps.map((app) => [appKey(app), app]));
  return (app, rendered) => {
    const key = appKey(app);
    const previous = before.get(key);
    const directive = toldTo(record, directives.get(key));
    const rollout = record.reports ? rolloutOf(directive, rendered) : undefined;
    if (rollout === undefined && directive === undefined && previous?.from === undefined) return app;
    const reported = report?.apps.find((one) => appKey(one) === key);
    const bundle = state.bundles.get(record.name);
    const sizeOf = (path: string) => (bundle === undefined ? 0 : (sizes(bundle).get(path) ?? 0));
    const input = { app, rollout, directive, previous, reported, sizeOf };
    if (isUnheard(input)) return holdOf('agent', unheard(key, record.name), { app: key, cluster: record.name });
    const named = namedSteps(input, rendered);
    return named !== undefined && 'by' in named ? named : stepped({ ...input, rollout: named });
  };
}

/** The steps of the document with the Jobs of this cluster, or the hold where one is not there; as they are written where none are gone through. */
function namedSteps(input: SteppedInput, rendered: RenderedApp): Rollout | undefined | FoundHold {
  const { rollout, previous } = input;
  const serving = servingOf(input);
  const isMeant = serving !== null && goesBySteps(input, serving);
  return isMeant && rollout !== undefined && previous !== undefined
    ? withJobs(rollout, { rendered, previous })
    : rollout;
}

/** Without reports the hub would not hear how far a copy is: such a cluster takes the content whole. */
function toldTo({ reports }: ClusterInput['record'], directive: UnitDirective | undefined): UnitDirective | undefined {
  if (reports || directive === undefined) return directive;
  const { number, attempt, action } = directive;
  return { number, attempt, action };
}

function rolloutOf(directive: UnitDirective | undefined, rendered: Pick<RenderedApp, 'rollout'>): Rollout | undefined {
  return directive?.isAtOnce === true ? undefined : (directive?.rollout ?? rendered.rollout);
}

function unheard(app: string, cluster: string): Problem {
  return {
    code: 'UNAVAILABLE',
    message: `the agent of ${cluster} has not said yet how far it is with the steps that it was given`,
    hint: 'this goes on by itself with its next report',
    severity: 'warning',
    app,
    cluster,
  };
}

type ClusterSteps = Pick<ClusterInput, 'state' | 'record' | 'report' | 'sizes' | 'directives'>;

/** What serves in the cluster, as far as the ledger and its agent know: what was published, or what it is on its way from. */
function servingOf({ app, previous, reported }: SteppedInput): AppContent | null {
  if (previous === undefined) return null;
  const { from } = previous;
  if (from === undefined) return contentOf(previous);
  const isDone = isDoneBy(reported, previous);
  if (!isDone) return from;
  // It serves alone: what it came from is retired with the next bundle.
  return contentOf(previous.digest === app.digest ? app : previous);
}

/** True where the agent says that the steps of this very delivery are done, and that all of the content is applied. */
function isDoneBy(reported: ReportApp | undefined, { digest, delivery }: BundleApp): boolean {
  const said = reported?.delivery;
  if (said === undefined || said.phase !== 'done' || reported?.applied !== digest) return false;
  return said.number === delivery?.number && said.attempt === delivery.attempt;
}

function hasNewRevision({ revisions }: AppContent, serving: AppContent): boolean {
  const known = new Set(serving.revisions.map(({ name }) => name));
  return serving.revisions.length > 0 && revisions.some(({ name }) => !known.has(name));
}

/** Steps and pauses take effect while a delivery runs; a document that has none any more promotes what it brings. */
function directiveOf(
  { rollout, directive }: SteppedInput,
  delivery: BundleDelivery | undefined,
): BundleDelivery | undefined {
  if (delivery === undefined) return undefined;
  const { number, attempt } = directive ?? delivery;
  const next: BundleDelivery =
    rollout === undefined
      ? { ...delivery, number, attempt, action: 'promote' }
      : { number, attempt, ...stepsOf(rollout, directive) };
  return isEqual(next, delivery) ? delivery : next;
}

function stepsOf(
  { steps, keepOldSeconds, isPaused }: Rollout,
  directive: UnitDirective | undefined,
): Omit<BundleDelivery, 'number' | 'attempt'> {
  const kept = keepOldSeconds === undefined ? {} : { keepOld: keepOldSeconds };
  return { action: directive?.action ?? (isPaused ? 'pause' : 'run'), steps, ...kept };
}

/** A content that was published in a format without sizes, for one that has them. */
function sized(serving: AppContent, { previous, sizeOf }: SteppedInput): AppContent {
  return { ...serving, objects: withSizes({ ...(previous as BundleApp), ...serving }, sizeOf).objects };
}
