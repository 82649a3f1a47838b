import type { AgentDeps } from '../model/deps.ts';
import { asSluiceError } from '../../shared/errors.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import { openExchange, type ReportDraft } from './exchange.ts';

/** Delivers reports: on change, and as a heartbeat. */
export interface Reporter {
  /** Delivers a report if it has changed or the heartbeat is due; never throws. At most one at a time. */
  readonly offer: (draft: ReportDraft, signal: AbortSignal) => Promise<void>;
  /** Milliseconds until something should be offered again. */
  readonly nextIn: () => number;
}

/** A reporter before its first report. */
export function openReporter(
  deps: Pick<AgentDeps, 'deliver' | 'hubReads' | 'clock' | 'random' | 'log' | 'settings'>,
): Reporter {
  const { clock } = deps;
  const exchange = openExchange(deps);
  let failures = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  let isBusy = false;
  let next: { readonly draft: ReportDraft; readonly signal: AbortSignal } | null = null;

  /** Sends what is to be said; true when the hub wants something else at once. */
  const deliver = async (draft: ReportDraft, signal: AbortSignal): Promise<boolean> => {
    const begun = exchange.begin(draft);
    if (begun === null) return false;
    const answer = await deps.deliver(begun.message, signal);
    failures = 0;
    return exchange.answered(answer);
  };

  const deliverAll = async (draft: ReportDraft, signal: AbortSignal): Promise<void> => {
    const wasOpen = exchange.isOpen();
    const isWanted = await deliver(draft, signal);
    // An answer to what was sent again says nothing of what is to be said by now.
    if (isWanted || wasOpen) await deliver(draft, signal);
  };

  const offer = async (draft: ReportDraft, signal: AbortSignal): Promise<void> => {
    // While one is being delivered, only the newest waits.
    if (isBusy) next = { draft, signal };
    if (isBusy || clock.monotonic() < quietUntil) return;
    isBusy = true;
    try {
      await deliverAll(draft, signal);
    } catch (error) {
      const fault = asSluiceError(error);
      exchange.failed(fault);
      quietUntil = clock.monotonic() + backoff(failures++, deps.random);
      deps.log.debug('the report was not taken', { error: fault.message });
    } finally {
      isBusy = false;
    }
    const waiting = next;
    next = null;
    if (waiting !== null && !waiting.signal.aborted) await offer(waiting.draft, waiting.signal);
  };

  return {
    offer,
    nextIn: () => {
      const now = clock.monotonic();
      const toldAt = exchange.toldAt();
      // A delivery is under way, or the first report is still to be offered: the pass does that.
      if (isBusy || toldAt === Number.NEGATIVE_INFINITY) return quietUntil > now ? quietUntil - now : 1_000;
      if (quietUntil > now) return quietUntil - now;
      return Math.max(0, exchange.heartbeatAt() - now);
    },
  };
}
