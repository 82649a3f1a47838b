import type { Clock } from '../shared/ports/clock.ts';
import { witnessedMarks } from './collect/reported-bundles.ts';
import { readCommits, type IntakeParts } from './intake.ts';
import { changesBetween } from './model/changes.ts';
import type { State } from './model/state.ts';
import type { Metrics } from './model/metrics.ts';
import type { Reports } from './model/reports.ts';
import type { Store } from './model/store.ts';
import { distinctProblems } from './model/problems.ts';
import { place } from './place/place.ts';
import { picksInUse, runningUnits } from './place/running.ts';
import type { PublishDeps } from './publish/types.ts';
import { finishPending } from './publish/pending.ts';
import { publish, type Published } from './publish/publish.ts';
import { commitMessage } from './publish/message.ts';
import { fileSizes } from './publish/file-sizes.ts';
import { decideCapabilities } from './registry/capabilities.ts';
import { findLocalCluster, targetsOf } from './registry/targets.ts';
import type { CueEngine } from './cue/engine.ts';
import { currentProviders } from './render/current-providers.ts';
import type { RenderMemory } from './render/memory.ts';
import { render } from './render/render.ts';
import { plan } from './plan/plan.ts';
import { bundlesToSignAgain } from './plan/sign-again.ts';
import { publishedBefore } from './plan/unexplained.ts';
import { timed } from './model/timed.ts';

/** What a pass works with. */
export interface PassParts extends IntakeParts {
  readonly store: Store;
  readonly publishing: PublishDeps;
  readonly cue: CueEngine;
  readonly rendered: RenderMemory;
  readonly reports: (state: State) => Reports;
  readonly localCluster: string | null;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Told which clusters have a new bundle, as soon as the channel has it. */
  readonly notify: (published: Published) => void;
}

/** What came of a pass; `failure` is a config repository that could not be read, while everything else went on. */
export interface PassResult extends Published {
  readonly more: boolean;
  readonly failure: Error | null;
}

/**
 * One pass: reads what is new, decides what every cluster is to run, and publishes what changed. It waits for nothing:
 * the same inputs give the same outputs, and dying anywhere in it is harmless. `look` is false where only reports or the
 * registry changed, so that the config repository need not be asked.
 */
export async function pass(parts: PassParts, look: boolean, signal: AbortSignal): Promise<PassResult> {
  const { store, publishing, clock, metrics } = parts;
  await publishing.confirm?.();
  const state = await store.read();
  const reports = parts.reports(state);
  const pending = await finishPending(publishing, state);

  const intake = await readCommits(parts, state, { look, signal });
  const { fleet, revisions: history } = intake;
  const now = new Date(clock.now()).toISOString();
  const known = decideCapabilities({ state, fleet, reports, now });
  const targets = targetsOf(fleet, known.clusters);

  const placed = await timed(parts, 'place', () => {
    const localCluster = findLocalCluster(parts.localCluster, targets);
    return place({ fleet, history, targets, picks: state.picks, previous: runningUnits(state), localCluster });
  });
  const { assignments } = placed;
  const rendered = await timed(parts, 'render', () => {
    const carriers = currentProviders(state);
    return render(parts.cue, { fleet, history, assignments, targets, carriers }, signal, parts.rendered);
  });

  const { source, documents } = intake;
  const { clusters } = known;
  const picks = picksInUse(placed.picks, documents, state);
  const decided = { source, documents, clusters, revisions: history, picks };
  const planned = await timed(parts, 'plan', async () =>
    plan({
      state: { ...state, ...decided },
      source: source ?? { repository: '', commit: '' },
      rendered: rendered.apps,
      failed: [...intake.held, ...placed.failed, ...rendered.failed],
      labels: new Map(targets.map(({ name, labels }) => [name, labels])),
      reports,
      published: await publishedBefore(store, state, reports),
      signAgain: bundlesToSignAgain(state, publishing.keys.hub),
      witnessed: witnessedMarks(reports, publishing.keys.trusted),
      sizes: (bundle) => fileSizes(store, bundle),
      now,
    }),
  );

  const changes = changesBetween(state, {
    ...decided,
    guarded: [...intake.guarded, ...known.guarded, ...planned.guarded],
    approvals: planned.approvals,
    problems: distinctProblems([intake, known, placed, rendered, planned, pending].flatMap(({ problems }) => problems)),
  });
  const message = commitMessage(intake.commits, source?.commit ?? '', planned.next.length);
  const published = await timed(parts, 'publish', () =>
    publish(publishing, { view: state, changes, next: planned.next, message }),
  );
  await timed(parts, 'notify', () => parts.notify(published));
  metrics.published(published.clusters.length);
  return { ...published, more: intake.more, failure: intake.failure };
}
