import { label } from '../../shared/model/names.ts';
import { groupKindOf, type ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AnalysisCheck, BundleApp, DeliveryStep } from '../../shared/wire/revision.ts';
import type { Rollout } from '../model/agent-steps.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { RenderedApp } from '../model/rendered.ts';

/** The Jobs that some steps ask. */
export function askedJobs(steps: readonly DeliveryStep[]): ReadonlySet<ObjectId> {
  const checks = steps.flatMap((step) => (step.type === 'analysis' ? step.checks : []));
  return new Set(checks.flatMap((check) => ('job' in check ? [check.job] : [])));
}

/** What names are looked for in. */
export interface JobPlace {
  readonly rendered: Pick<RenderedApp, 'namespace' | 'name' | 'target' | 'cluster' | 'objects' | 'revisions'>;
  /** What the cluster has of the application. */
  readonly previous: Pick<BundleApp, 'objects' | 'from'>;
}

/**
 * The steps with the Jobs of this cluster in the place of the names that are written (pure); a hold where there is none of a name. The name of a component
 * comes before that of an object, and means all of its Jobs: the end of one proves nothing of the others. Of several revisions those count that steps lead to.
 */
export function withJobs(rollout: Rollout, place: JobPlace): Rollout | FoundHold {
  const asked = askedJobs(rollout.steps);
  if (asked.size === 0) return rollout;
  const found = new Map([...asked].map((name) => [name, jobsNamed(name, place)]));
  const missing = [...found].find(([, ids]) => ids.length === 0);
  if (missing !== undefined) return missingHold(missing[0], place);
  const named = (check: AnalysisCheck): readonly AnalysisCheck[] =>
    'job' in check ? (found.get(check.job) ?? []).map((job) => ({ ...check, job })) : [check];
  const steps = rollout.steps.map((step) =>
    step.type === 'analysis' ? { ...step, checks: step.checks.flatMap(named) } : step,
  );
  return { ...rollout, steps };
}

function jobsNamed(name: string, { rendered: { objects, revisions }, previous }: JobPlace): readonly ObjectId[] {
  const jobs = objects.filter(({ id }) => groupKindOf(id) === 'batch/Job');
  const ofComponent = jobs.filter(({ object }) => object.metadata.labels?.[label.component] === name);
  const all = ofComponent.length > 0 ? ofComponent : jobs.filter(({ object }) => object.metadata.name === name);
  const serving = new Set((previous.from ?? previous).objects.map(({ id }) => id));
  const rankOf = ({ id, revision = '' }: (typeof all)[number]): number =>
    (serving.has(id) ? 0 : revisions.length + 1) + revisions.indexOf(revision);
  const first = all.toSorted((a, b) => rankOf(b) - rankOf(a))[0];
  return all.filter(({ revision }) => revision === first?.revision).map(({ id }) => id);
}

function missingHold(name: string, { rendered }: JobPlace): FoundHold {
  const [app, { cluster }] = [appKey(rendered), rendered];
  const message = `the steps of ${app} ask the Job ${name}, and it has no Job of that name on ${cluster}`;
  const hint = 'name a component of type task, or a Job among its objects';
  return holdOf(
    'render',
    { code: 'REFERENCE_NOT_FOUND', message, hint, severity: 'error', app, cluster },
    { app, cluster },
  );
}
