import type { AgentDeps } from '../model/deps.ts';
import { asSluiceError } from '../../shared/errors.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import { canonicalJson } from '../../shared/lib/canonical.ts';
import type { SignedBody } from '../../shared/wire/envelope.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import { fitted } from './fit.ts';

/** A report before it is delivered: without its number, and of any size. */
export interface ReportDraft {
  readonly report: AgentReport;
  /** The envelope of the accepted bundle, which the hub may ask for; null = none was accepted. */
  readonly envelope: SignedBody | null;
}

/** Delivers reports: on change, and as a heartbeat. */
export interface Reporter {
  /** Delivers a report if it has changed or the heartbeat is due; never throws. At most one at a time. */
  readonly offer: (draft: ReportDraft, signal: AbortSignal) => Promise<void>;
  /** Milliseconds until something should be offered again. */
  readonly nextIn: () => number;
}

/** A reporter before its first report. */
export function openReporter(deps: Pick<AgentDeps, 'deliver' | 'clock' | 'random' | 'log' | 'settings'>): Reporter {
  const { clock, settings } = deps;
  let told = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  let sequence = 0;
  let withEnvelope = false;
  let failures = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  let isBusy = false;
  let next: { readonly draft: ReportDraft; readonly signal: AbortSignal } | null = null;

  const deliver = async ({ report, envelope }: ReportDraft, facts: string, signal: AbortSignal): Promise<void> => {
    // A number that rises with the wall clock needs no write to survive a restart; the hub's answer mends a clock that went back.
    sequence = Math.max(sequence + 1, clock.now());
    const asked = withEnvelope && envelope !== null ? { envelope } : {};
    const answer = await deps.deliver(fitted({ ...report, sequence, ...asked }), signal);
    told = facts;
    toldAt = clock.monotonic();
    failures = 0;
    if (answer === null) return;
    const isBehind = answer.sequence > sequence;
    sequence = Math.max(sequence, answer.sequence);
    const isAsked = answer.wantEnvelope && !withEnvelope;
    withEnvelope = answer.wantEnvelope;
    if (isBehind || isAsked) told = '';
  };

  const offer = async (draft: ReportDraft, signal: AbortSignal): Promise<void> => {
    // While one is being delivered, only the newest waits.
    if (isBusy) next = { draft, signal };
    if (isBusy || clock.monotonic() < quietUntil) return;
    const isDue = clock.monotonic() - toldAt >= settings.heartbeatMs;
    const facts = factsOf(draft.report);
    if (!isDue && facts === told) return;
    isBusy = true;
    try {
      await deliver(draft, facts, signal);
    } catch (error) {
      quietUntil = clock.monotonic() + backoff(failures++, deps.random);
      deps.log.debug('the report was not taken', { error: asSluiceError(error).message });
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
      // A delivery is under way, or the first report is still to be offered: the pass does that.
      if (isBusy || toldAt === Number.NEGATIVE_INFINITY) return quietUntil > now ? quietUntil - now : 1_000;
      if (quietUntil > now) return quietUntil - now;
      return Math.max(0, toldAt + settings.heartbeatMs - now);
    },
  };
}

/** The content of a report without its number and its times. */
function factsOf(report: AgentReport): string {
  const { apps, conditions } = report;
  return canonicalJson({
    ...report,
    sequence: 0,
    issuedAt: '',
    apps: apps.map((app) => ({ ...app, observedAt: '' })),
    conditions: conditions.map((condition) => ({ ...condition, since: '' })),
  });
}
