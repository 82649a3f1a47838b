import type { AnalysisCheck } from '../../shared/wire/revision.ts';
import { durationSeconds } from './duration.ts';
import type { AnalysisCheckDocument, StepCheckDocument } from './rollout.ts';

/** The name of a check at a place of its list. */
export function checkName({ name: written }: Pick<StepCheckDocument, 'name'>, index: number): string {
  return written ?? `check-${index + 1}`;
}

/** How often a query is asked where nothing says it, how many answers count then, and for how long a Job is waited for. */
const defaults = { everySeconds: 30, samples: 5, jobSeconds: 600 } as const;

/** A query that says yes or no itself: 1 or 0. */
const yes = '!=0';

/** A check inside a cluster, as agents read it; its `job` is the name that is written, until the plan of a cluster finds the object (`hub/plan/analysis-jobs.ts`). */
export function stepCheckOf(check: StepCheckDocument, index: number): AnalysisCheck {
  if (!('job' in check)) return analysisCheckOf(check, index);
  return {
    name: checkName(check, index),
    job: check.job,
    timeoutSeconds: secondsOf(check.timeout) ?? defaults.jobSeconds,
  };
}

/** A query as agents read it. */
export function analysisCheckOf(
  check: AnalysisCheckDocument,
  index: number,
): Extract<AnalysisCheck, { query: string }> {
  const { prometheus, interval, duration } = check;
  const { address, query, condition = yes, failureLimit = 0 } = prometheus;
  const everySeconds = secondsOf(interval) ?? defaults.everySeconds;
  const forSeconds = secondsOf(duration) ?? everySeconds * defaults.samples;
  return { name: checkName(check, index), address, query, condition, everySeconds, forSeconds, failures: failureLimit };
}

function secondsOf(text: string | undefined): number | null {
  const seconds = text === undefined ? null : durationSeconds(text);
  return seconds === null ? null : Math.max(1, Math.ceil(seconds));
}
