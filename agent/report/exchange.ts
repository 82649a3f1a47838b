import type { AgentDeps } from '../model/deps.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import { codes, type SluiceError } from '../../shared/errors.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { AgentReport, ReportAnswer } from '../../shared/wire/report.ts';
import type { SignedBody } from '../../shared/wire/envelope.ts';
import { withHealthyTimes } from './healthy.ts';
import { nextMessage, type NextMessage, type Told } from './next.ts';

/** A report before it is delivered: without its number, and of any size. */
export interface ReportDraft {
  readonly report: AgentReport;
  /** The envelope of the accepted bundle, which the hub may ask for; null = none was accepted. */
  readonly envelope: SignedBody | null;
  /** Since when applications are healthy; absent = not known. */
  readonly healthy?: ReadonlyMap<string, { readonly applied: Digest; readonly at: number }>;
}

/** What agent and hub have told each other of reports: who sends, and takes the answer, has it here. */
export interface Exchange {
  /** What is to be sent now, which is on its way from then on; null = nothing. */
  readonly begin: (draft: ReportDraft) => NextMessage | null;
  /** Takes the answer to what was sent, null where there is no hub; true when the hub wants something else at once. */
  readonly answered: (answer: ReportAnswer | null) => boolean;
  /** Takes why there was no answer. */
  readonly failed: (fault: SluiceError) => void;
  /** Something was sent, and is not answered. */
  readonly isOpen: () => boolean;
  /** Monotonic time of the last answer; -Infinity before. */
  readonly toldAt: () => number;
  /** Monotonic time at which a heartbeat is due. */
  readonly heartbeatAt: () => number;
}

/** The shortest time between two heartbeats. */
const shortestMs = 30_000;

/**
 * How long to wait for the next heartbeat: in full, but first half as long again after an application changed (30 seconds at least), because a rollout that
 * soaks asks for how long it has been healthy, and goes on with the first report that says long enough.
 */
export function heartbeatIn(heartbeatMs: number, sinceChangeMs: number): number {
  return Math.min(heartbeatMs, Math.max(shortestMs, sinceChangeMs / 2));
}

/** A message that was sent, and may be taken without our knowing. */
interface Sent extends NextMessage {
  readonly format: number;
  readonly at: number;
}

/** An exchange in which nothing was said yet. */
export function openExchange(deps: Pick<AgentDeps, 'hubReads' | 'clock' | 'settings'>): Exchange {
  const { clock, settings, hubReads = () => ({ report: 1, whole: false }) } = deps;
  let told: Told | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  let changedAt: number | null = null;
  let sent: Sent | null = null;
  let sequence = 0;
  let withEnvelope = false;
  const heartbeatAt = () =>
    toldAt + heartbeatIn(settings.heartbeatMs, changedAt === null ? Infinity : toldAt - changedAt);
  const make = ({ report, envelope, healthy = new Map() }: ReportDraft, format: number): Sent | null => {
    // The hub may have what was sent, or not.
    if (sent !== null) told = null;
    // A number that rises with the wall clock needs no write to survive a restart; the hub's answer mends a clock that went back.
    const number = Math.max(sequence + 1, clock.now());
    const asked = withEnvelope && envelope !== null ? { envelope } : {};
    const isDue = clock.monotonic() >= heartbeatAt();
    const timed = (apps: AgentReport['apps']) => withHealthyTimes(apps, healthy, clock.monotonic());
    const made = nextMessage(told, { ...report, ...asked, format, sequence: number }, { isDue, timed });
    return made === null ? null : { ...made, format, at: clock.monotonic() };
  };
  return {
    begin: (draft) => {
      const { report: reads, whole } = hubReads();
      if (whole && sent === null) told = null;
      const format = formats.report.highestFor(reads) ?? formats.report.lowest;
      // What is older than a heartbeat would be taken for what is seen now.
      const isGood = sent?.format === format && clock.monotonic() - sent.at < settings.heartbeatMs;
      const next = isGood ? sent : make(draft, format);
      if (next === null) return null;
      sent = next;
      sequence = next.makes.report.sequence;
      return next;
    },
    answered: (answer) => {
      if (sent !== null && isOfApplications(sent)) changedAt = clock.monotonic();
      [told, toldAt, sent] = [sent?.makes ?? told, clock.monotonic(), null];
      if (answer === null) return false;
      const isBehind = answer.sequence > sequence;
      sequence = Math.max(sequence, answer.sequence);
      const isAsked = answer.wantEnvelope && !withEnvelope;
      withEnvelope = answer.wantEnvelope;
      const isLacking = isBehind || answer.wantWhole === true;
      if (isLacking) told = null;
      return isLacking || isAsked;
    },
    failed: ({ code }) => {
      // What was refused is not sent again as it was.
      if (codes[code].retry !== 'backoff') [sent, told] = [null, null];
    },
    isOpen: () => sent !== null,
    toldAt: () => toldAt,
    heartbeatAt,
  };
}

function isOfApplications({ message }: NextMessage): boolean {
  return message.kind === 'change' && message.change.apps.length > 0;
}
