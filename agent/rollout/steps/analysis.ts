import { readCondition } from '../../../shared/model/condition.ts';
import type { AnalysisCheck, DeliveryStep } from '../../../shared/wire/revision.ts';
import type { Position, Verdict } from '../../model/delivery.ts';
import type { Measured } from '../../model/measure.ts';

type Analysis = Extract<DeliveryStep, { readonly type: 'analysis' }>;
/** A check that asks a query. */
export type QueryCheck = Extract<AnalysisCheck, { readonly query: string }>;

/** What one check of an analysis came to so far: a restart of the agent begins anew. */
export interface Samples {
  readonly good: number;
  readonly bad: number;
  /** When it was asked last (monotonic); null = not yet. */
  readonly askedAt: number | null;
  readonly isAsking: boolean;
  /** What the last answer was, in words. */
  readonly words: string;
  /** The last answer proves nothing. */
  readonly isMissing: boolean;
}

/** The samples of one analysis, by the name of the check. */
export type AnalysisSamples = ReadonlyMap<string, Samples>;

const none: Samples = {
  good: 0,
  bad: 0,
  askedAt: null,
  isAsking: false,
  words: 'it is not asked yet',
  isMissing: true,
};

/** Names an analysis: samples of another attempt, or of other checks, count for nothing. */
export function analysisKey({ number, attempt, step }: Position, { checks }: Analysis): string {
  return JSON.stringify([number, attempt, step, checks]);
}

/** What an analysis comes to now. */
export interface Judged {
  readonly verdict: Verdict;
  /** What cannot be judged, and why; null = it can. */
  readonly unsure: string | null;
  /** The checks that are to be asked now. */
  readonly due: readonly QueryCheck[];
  /** When the next one is (monotonic); null = none is. */
  readonly dueAt: number | null;
}

/** What two parts of one analysis come to together: it fails with the first, and passes with the last. */
export function together(a: Judged, b: Judged): Judged {
  const both = [a, b];
  const failed = both.find(({ verdict }) => verdict.kind === 'failed');
  const open = both.find(({ verdict }) => verdict.kind === 'open');
  const times = both.flatMap(({ dueAt }) => dueAt ?? []);
  return {
    verdict: (failed ?? open ?? a).verdict,
    unsure: a.unsure ?? b.unsure,
    due: [...a.due, ...b.due],
    dueAt: times.length === 0 ? null : Math.min(...times),
  };
}

/**
 * Judges the queries of an analysis by their samples (pure). It has failed with more bad samples than a check tolerates, and has passed once each check has as many samples
 * as its time has intervals. What has no answer is neither good nor bad: it waits.
 */
export function judge({ checks }: Analysis, samples: AnalysisSamples, at: number): Judged {
  const queries = checks.filter((check) => 'query' in check);
  const all = queries.map((check) => ({ check, own: samples.get(check.name) ?? none }));
  const failed = all.find(({ check, own }) => own.bad > check.failures);
  const isPassed = all.every(({ check, own }) => own.good + own.bad >= needed(check));
  const open = all.filter(({ check, own }) => own.good + own.bad < needed(check) && !own.isAsking);
  const times = open.map(({ check, own }) => ({
    check,
    at: own.askedAt === null ? at : own.askedAt + check.everySeconds * 1_000,
  }));
  const later = times.filter((one) => one.at > at).map((one) => one.at);
  const unsure = all.find(({ check, own }) => own.isMissing && own.good + own.bad < needed(check));
  return {
    verdict: verdictOf(failed, isPassed),
    unsure: unsure === undefined ? null : `analysis ${unsure.check.name}: ${unsure.own.words}`,
    due: failed === undefined ? times.filter((one) => one.at <= at).map(({ check }) => check) : [],
    dueAt: later.length === 0 ? null : Math.min(...later),
  };
}

function verdictOf(
  failed: { readonly check: QueryCheck; readonly own: Samples } | undefined,
  isPassed: boolean,
): Verdict {
  if (failed === undefined) return { kind: isPassed ? 'passed' : 'open' };
  const { check, own } = failed;
  const times = check.failures === 0 ? '' : `, ${own.bad} times`;
  return { kind: 'failed', why: `analysis ${check.name} failed${times}: ${own.words}` };
}

/** How many samples a check needs. */
function needed({ everySeconds, forSeconds }: QueryCheck): number {
  return Math.max(1, Math.ceil(forSeconds / everySeconds));
}

/** The samples of a check that is being asked. */
export function asking(before: Samples | undefined, at: number): Samples {
  return { ...(before ?? none), askedAt: at, isAsking: true };
}

/** The samples of a check with one more answer. */
export function answered(before: Samples, { condition }: QueryCheck, answer: Measured): Samples {
  const next = { ...before, isAsking: false };
  if ('missing' in answer) return { ...next, isMissing: true, words: answer.missing };
  const known = readCondition(condition);
  if (known === null)
    return { ...next, isMissing: true, words: `${condition} is not a condition that this agent knows` };
  const words = `it is ${answer.value}, and has to be ${condition}`;
  const holds = known.holds(answer.value);
  return { ...next, isMissing: false, words, good: before.good + (holds ? 1 : 0), bad: before.bad + (holds ? 0 : 1) };
}
