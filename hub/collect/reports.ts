import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport, ReportAnswer, ReportMessage } from '../../shared/wire/report.ts';
import type { State } from '../model/state.ts';
import type { ReceivedReport, Reports } from '../model/reports.ts';
import type { LogLine } from '../../shared/lib/log-line.ts';
import type { ReportStore } from '../model/report-store.ts';
import type { AuthenticMessage } from './authenticate.ts';
import { createHeldOnce } from '../model/held-once.ts';
import { folded, whatDiffers, type Differing } from './fold.ts';
import { leanReport } from './lean.ts';
import { isAhead, matters, type ReportedState } from './matters.ts';
import { reportLines } from './said.ts';
import { savingTo } from './saving.ts';

/** How a report was taken. */
export interface Taken {
  readonly answer: ReportAnswer;
  /** `taken`: it is newer than the last one of its registration; `lacking`: its base is not here, and all of it is wanted. */
  readonly outcome: 'taken' | 'replayed' | 'lacking';
  /** All that is known now, where it was taken. */
  readonly report: AgentReport | null;
  /** It changes what a pass decides. */
  readonly matters: boolean;
  /** What it says that the last one did not, for the log. */
  readonly lines: readonly LogLine[];
  /** Resolves when what the answer says is on disk; rejects when it cannot be: then it is not to be answered. */
  readonly saved: Promise<void>;
}

/** The newest report of every registration: in memory, with a copy on disk. */
export interface ReceivedReports {
  /** Reads what was saved before; nothing else is asked until it has. A lost or unreadable report is asked for again. */
  readonly load: () => Promise<void>;
  /** Takes what has a higher sequence than the last report of its registration; anything else changes nothing. */
  readonly take: (authentic: AuthenticMessage, state: ReportedState, now: number) => Taken;
  /** True when there is no report of this registration: its agent should send one. */
  readonly lacks: (registration: string) => boolean;
  /** The newest reports of the registrations in the registry, by cluster. */
  readonly current: (state: Pick<State, 'clusters'>) => Reports;
  /** Forgets registrations that are not in the registry: what they said counts for nothing any more. */
  readonly forget: (state: Pick<State, 'clusters'>) => Promise<void>;
  /** The machine's clock was set by so much until now, a moment ago: what was heard before is put by that, so that its age stays. */
  readonly clockSet: (byMs: number, now: number) => void;
  /** Resolves when everything taken so far is on disk, or could not be. */
  readonly flush: () => Promise<void>;
}

/** Opens the reports of a store, with all that it has. */
export async function openReports(store: ReportStore): Promise<ReceivedReports> {
  const reports = createReports(store);
  await reports.load();
  return reports;
}

/** The reports of a store, before they are loaded. */
export function createReports(store: ReportStore): ReceivedReports {
  const newest = new Map<string, ReceivedReport>();
  const once = createHeldOnce();
  const { save, flush } = savingTo(store);
  return {
    load: async () => {
      const lean = (received: ReceivedReport) => ({ ...received, report: leanReport(received.report, null, once) });
      for (const received of await store.load(lean)) newest.set(received.report.registration, received);
    },
    take: ({ record: { registration }, message, signature }, state, now) => {
      const last = newest.get(registration);
      const said = folded(last, { message, signature }, now);
      if (typeof said === 'string') {
        const answer = answerTo(message, { last: last?.report ?? null, state, wantWhole: said === 'lacking' });
        const saved = last === undefined ? Promise.resolve() : save(last);
        return { answer, outcome: said, report: null, matters: false, lines: [], saved };
      }
      const before = last?.report ?? null;
      const report = leanReport(said, before, once);
      const other = whatDiffers(before, report);
      const since = sinceOf(last, other, now);
      const received = { report, receivedAt: now, since, ...(signature !== null && { signature }) };
      newest.set(registration, received);
      return {
        answer: answerTo(message, { last: report, state, wantWhole: false }),
        ...{ outcome: 'taken', report, saved: save(received) },
        matters: matters(before, report, state),
        lines: reportLines(other.last, other.report),
      };
    },
    lacks: (registration) => !newest.has(registration),
    current: ({ clusters }) => {
      const reports = new Map<string, ReceivedReport>();
      for (const { name, registration } of clusters.values()) {
        const received = newest.get(registration);
        if (received !== undefined) reports.set(name, received);
      }
      return reports;
    },
    forget: async ({ clusters }) => {
      const registered = new Set([...clusters.values()].map(({ registration }) => registration));
      const forgotten = [...newest.keys()].filter((registration) => !registered.has(registration));
      if (forgotten.length === 0) return;
      await store.forget(forgotten);
      for (const registration of forgotten) newest.delete(registration);
    },
    clockSet: (byMs, now) => {
      for (const [registration, received] of newest) newest.set(registration, put(received, byMs, now));
    },
    flush,
  };
}

/** Between the moment at which the clock was set and the one at which that was seen, nothing is older than this. */
const seenWithinMs = 15_000;

/** A report whose times are put by as much as the clock was set; those of since then stay. */
function put(received: ReceivedReport, byMs: number, now: number): ReceivedReport {
  const moved = (at: number): number => (at <= now && at > now - seenWithinMs ? at : at + byMs);
  const { receivedAt, since } = received;
  const times = Object.entries(since ?? {}).map(([app, at]) => [app, moved(at)] as const);
  return { ...received, receivedAt: moved(receivedAt), ...(since && { since: Object.fromEntries(times) }) };
}

/** Since when each application has its health: as before for as long as the word stays the same. */
function sinceOf(last: ReceivedReport | undefined, other: Differing, now: number): Readonly<Record<string, number>> {
  const healths = new Map(other.last?.apps.map((app) => [appKey(app), app.health]));
  const before = last?.since ?? {};
  const known = (key: string) => before[key] ?? last?.receivedAt ?? now;
  const changed = other.report.apps.map((app) => {
    const key = appKey(app);
    return [key, healths.get(key) === app.health ? known(key) : now] as const;
  });
  const keys = new Set(changed.map(([key]) => key));
  const gone = [...healths.keys()].filter((key) => !keys.has(key));
  if (gone.length === 0 && changed.every(([key, at]) => before[key] === at)) return before;
  const left = new Set(gone);
  return Object.fromEntries([...Object.entries(before).filter(([key]) => !left.has(key)), ...changed]);
}

/** The answer to a message, in its format: the sequence of the newest report, which may be a later one. */
function answerTo(
  message: ReportMessage,
  {
    last,
    state,
    wantWhole,
  }: { readonly last: AgentReport | null; readonly state: ReportedState; readonly wantWhole: boolean },
): ReportAnswer {
  const format = message.kind === 'whole' ? message.report.format : 2;
  const wantEnvelope = last !== null && isAhead(last, state);
  return { format, sequence: last?.sequence ?? 0, wantEnvelope, ...(wantWhole && { wantWhole }) };
}
