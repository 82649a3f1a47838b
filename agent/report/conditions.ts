import type { ReportCondition } from '../../shared/wire/report.ts';
import type { ReportInput } from './build.ts';

type Judged = Pick<ReportCondition, 'type' | 'reason' | 'message'> & { readonly isTrue: boolean };

/** The site's conditions: Ready always, the others only while they are true. */
export function conditionsOf(input: ReportInput): ReportCondition[] {
  const { since, now } = input;
  return judge(input)
    .filter((one) => one.isTrue || one.type === 'Ready')
    .map(({ type, reason, message, isTrue }) => {
      const status = isTrue ? 'True' : 'False';
      const known = since.get(type);
      const at = known?.status === status ? known.at : now;
      return { type, status, reason, message, since: new Date(at).toISOString() };
    });
}

function judge(input: ReportInput): Judged[] {
  const { outcome, channelFault } = input;
  const code = channelFault?.code ?? '';
  const fault = channelFault?.message ?? '';
  const isUnreachable = ['UNAVAILABLE', 'TIMEOUT', 'NOT_FOUND', 'TOO_MANY_REQUESTS', 'SOURCE_EMPTY'].includes(code);
  const isKnown = ['FORK_DETECTED', 'CLOCK_SKEW', 'STALE'].includes(code);
  const has = (type: ReportCondition['type'], isTrue: boolean, reason: string, message: string): Judged => ({
    type,
    isTrue,
    reason,
    message,
  });
  const isStale = code === 'STALE' || (outcome.bundle !== null && !input.isFresh);
  const isReady = outcome.bundle !== null && outcome.isSettled && channelFault === null;
  return [
    has('Ready', isReady, isReady ? 'Settled' : 'Working', isReady ? '' : fault),
    has('Unreachable', isUnreachable, code, fault),
    has('Unverified', code !== '' && !isUnreachable && !isKnown, code, fault),
    has('Forked', code === 'FORK_DETECTED', code, fault),
    has('ClockSkew', code === 'CLOCK_SKEW', code, fault),
    has('Stale', isStale, 'NotFresh', 'the last bundle is not fresh: the last good state is kept'),
    has('Held', outcome.mode.hold !== null, 'Site', outcome.mode.hold ?? ''),
    has('Restored', outcome.isRestored, 'ClusterChanged', 'another cluster than the recorded one: nothing is deleted'),
    has('Unexplained', outcome.unexplained.length > 0, 'NotRetired', `${outcome.unexplained.length} objects are kept`),
    has('DeleteLimited', outcome.isLimited, 'Limit', 'too many deletions in 24 h without an approval'),
  ];
}
