import { agentFault, type ReportCondition } from '../../shared/wire/report.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Code } from '../../shared/errors.ts';

/** What the conditions of a site are read from. */
export interface ConditionsInput {
  readonly outcome: Outcome;
  readonly channelFault: { readonly code: Code; readonly message: string } | null;
  /** Why the agent itself cannot go on; null = it can. */
  readonly agentFault: string | null;
  readonly isFresh: boolean;
  /** The accepted bundle is from the future, by the clock here. */
  readonly isAhead: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Since when each condition has its status, by type; missing = now. */
  readonly since: ReadonlyMap<string, { readonly status: string; readonly at: number }>;
}

type Judged = Pick<ReportCondition, 'type' | 'reason' | 'message'> & { readonly isTrue: boolean };

/** The site's conditions: Ready always, the others only while they are true. */
export function conditionsOf(input: ConditionsInput): ReportCondition[] {
  const { since, now } = input;
  return judge(input).map(({ type, reason, message, isTrue }) => {
    const status = isTrue ? 'True' : 'False';
    const known = since.get(type);
    const at = known?.status === status ? known.at : now;
    return { type, status, reason, message, since: new Date(at).toISOString() };
  });
}

const unreachable: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'TIMEOUT',
  'NOT_FOUND',
  'TOO_MANY_REQUESTS',
  'SOURCE_EMPTY',
  'FORBIDDEN',
  'UNAUTHENTICATED',
]);
const named: Readonly<Record<string, ReportCondition['type']>> = {
  FORK_DETECTED: 'Forked',
  CLOCK_SKEW: 'ClockSkew',
  STALE: 'Stale',
};

function judge(input: ConditionsInput): Judged[] {
  const { outcome, channelFault: fault } = input;
  const isStale = outcome.bundle !== null && !input.isFresh;
  const has = (type: ReportCondition['type'], isTrue: boolean, reason: string, message: string): Judged[] =>
    isTrue ? [{ type, isTrue, reason, message }] : [];
  const isSaid = fault?.code === 'STALE';
  const kept = `${outcome.unexplained.length} objects`;
  const left = leftText(outcome, kept);
  return [
    readiness(input, left),
    ...(fault === null ? [] : has(conditionOfFault(fault.code), true, fault.code, fault.message)),
    ...has('Stale', isStale && !isSaid, 'NotFresh', 'not fresh: the last good state is kept'),
    ...has('ClockSkew', input.isAhead && fault?.code !== 'CLOCK_SKEW', 'BundleAhead', aheadText(outcome)),
    ...has('Held', outcome.mode.hold !== null && input.agentFault === null, 'Site', outcome.mode.hold ?? ''),
    ...has('Restored', outcome.isRestored, 'ClusterChanged', 'not the recorded cluster: nothing is deleted'),
    ...has('Unexplained', outcome.unexplained.length > 0 && left === '', 'NotRetired', `${kept} are kept`),
    ...has('DeleteLimited', outcome.isLimited, 'Limit', outcome.limitText),
  ];
}

function readiness({ outcome, channelFault, agentFault: failure }: ConditionsInput, left: string): Judged {
  if (failure !== null) return { type: 'Ready', isTrue: false, reason: agentFault, message: failure };
  const isReady = outcome.isSettled && channelFault === null;
  const reason = isReady ? 'Settled' : 'Working';
  return { type: 'Ready', isTrue: isReady, reason, message: channelFault === null ? left : channelFault.message };
}

function aheadText({ bundle }: Outcome): string {
  return `the bundle was signed at ${bundle?.revision.issuedAt ?? ''}, more than an hour ahead of the clock here`;
}

/** A cluster that leaves has no application and nothing retired: all of it is unexplained, and meant to be. */
function leftText({ bundle, unexplained }: Outcome, kept: string): string {
  if (bundle?.revision.decommission === undefined || unexplained.length === 0) return '';
  return `the cluster was told to leave: ${kept} stay as they are`;
}

function conditionOfFault(code: string): ReportCondition['type'] {
  return named[code] ?? (unreachable.has(code) ? 'Unreachable' : 'Unverified');
}
