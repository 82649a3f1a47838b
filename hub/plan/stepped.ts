import { isEqual } from '../../shared/lib/equal.ts';
import { appKey, contentOf } from '../../shared/wire/bundle.ts';
import type { ReportApp } from '../../shared/wire/report.ts';
import type { AppContent, BundleApp, BundleDelivery } from '../../shared/wire/revision.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { Problem } from '../model/source.ts';
import type { RenderedApp, Rollout } from '../model/rendered.ts';
import { withSizes } from './format.ts';
import { nextGeneration, previousRevision, type ClusterInput } from './input.ts';

/** What the way of an application to its next content in one cluster is decided from. */
export interface SteppedInput {
  /** The application as it was rendered now. */
  readonly app: BundleApp;
  /** The steps of its document; absent = it has none. */
  readonly rollout: Rollout | undefined;
  /** What the cluster's bundle has of it; undefined = nothing. */
  readonly previous: BundleApp | undefined;
  /** What its agent says of it; undefined = nothing. */
  readonly reported: ReportApp | undefined;
  /** Numbers a delivery that begins: the generation that brings it. */
  readonly generation: number;
  /** The size of a published file. */
  readonly sizeOf: (path: string) => number;
}

/**
 * The application with the steps that lead to it, and with the content that serves meanwhile (pure): where a revision comes that
 * the serving content has not. Documents that give back what serves put it back at once, without steps; what its agent reports as
 * done serves alone.
 */
export function stepped(input: SteppedInput): BundleApp {
  const { app, rollout, previous } = input;
  const serving = servingOf(input);
  if (previous === undefined || serving === null || serving.digest === app.digest) return app;
  const isRunning = previous.from !== undefined && previous.digest === app.digest;
  if (isRunning) return { ...app, from: previous.from, delivery: directiveOf(rollout, previous.delivery) };
  if (rollout === undefined || !hasNewRevision(app, serving)) return app;
  const from = serving.objects.some(({ bytes }) => bytes === undefined) ? sized(serving, input) : serving;
  const delivery = { number: input.generation, attempt: 1, ...stepsOf(rollout) };
  return { ...app, from, delivery };
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
export function stepping(
  cluster: ClusterSteps,
): (app: BundleApp, rendered: Pick<RenderedApp, 'rollout'>) => BundleApp | FoundHold {
  const { state, record, report, sizes } = cluster;
  const before = new Map(previousRevision(state, record)?.apps.map((app) => [appKey(app), app]));
  const generation = nextGeneration(cluster);
  return (app, rendered) => {
    // The hub would not hear how far it is: such a cluster takes the content whole.
    const rollout = record.reports ? rendered.rollout : undefined;
    const key = appKey(app);
    const previous = before.get(key);
    if (rollout === undefined && previous?.from === undefined) return app;
    const reported = report?.apps.find((one) => appKey(one) === key);
    const bundle = state.bundles.get(record.name);
    const sizeOf = (path: string) => (bundle === undefined ? 0 : (sizes(bundle).get(path) ?? 0));
    const input = { app, rollout, previous, reported, generation, sizeOf };
    return isUnheard(input)
      ? holdOf('agent', unheard(key, record.name), { app: key, cluster: record.name })
      : stepped(input);
  };
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

type ClusterSteps = Pick<ClusterInput, 'state' | 'record' | 'report' | 'sizes'>;

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
function directiveOf(rollout: Rollout | undefined, delivery: BundleDelivery | undefined): BundleDelivery | undefined {
  if (delivery === undefined) return undefined;
  if (rollout === undefined) return { ...delivery, action: 'promote' };
  const next = { ...delivery, ...stepsOf(rollout) };
  return isEqual(next, delivery) ? delivery : next;
}

function stepsOf({ steps, keepOldSeconds, isPaused }: Rollout): Omit<BundleDelivery, 'number' | 'attempt'> {
  const kept = keepOldSeconds === undefined ? {} : { keepOld: keepOldSeconds };
  return { action: isPaused ? 'pause' : 'run', steps, ...kept };
}

/** A content that was published in a format without sizes, for one that has them. */
function sized(serving: AppContent, { previous, sizeOf }: SteppedInput): AppContent {
  return { ...serving, objects: withSizes({ ...(previous as BundleApp), ...serving }, sizeOf).objects };
}
