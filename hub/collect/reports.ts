import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport, ReportAnswer, ReportMessage } from '../../shared/wire/report.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import { capabilityWords } from '../model/capabilities.ts';
import type { AppDelivery } from '../model/delivery.ts';
import type { State } from '../model/state.ts';
import type { ReceivedReport, Reports } from '../model/reports.ts';
import type { LogLine } from '../../shared/lib/log-line.ts';
import type { ReportStore } from '../model/report-store.ts';
import type { AuthenticMessage } from './authenticate.ts';
import { folded, whatDiffers, type Differing } from './fold.ts';
import { reportLines } from './said.ts';
import { savingTo } from './saving.ts';
import { changesTaken } from './taken.ts';

/** What the reports are judged against. */
export type ReportedState = Pick<State, 'epoch' | 'clusters' | 'bundles' | 'deliveries' | 'guarded' | 'problems'>;

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
  /** Takes what has a higher sequence than the last report of its registration; anything else changes nothing. */
  readonly take: (authentic: AuthenticMessage, state: ReportedState, now: number) => Taken;
  /** True when there is no report of this registration: its agent should send one. */
  readonly lacks: (registration: string) => boolean;
  /** The newest reports of the registrations in the registry, by cluster. */
  readonly current: (state: Pick<State, 'clusters'>) => Reports;
  /** Forgets registrations that are not in the registry: what they said counts for nothing any more. */
  readonly forget: (state: Pick<State, 'clusters'>) => Promise<void>;
  /** Resolves when everything taken so far is on disk, or could not be. */
  readonly flush: () => Promise<void>;
}

/** Opens the reports of a store. A lost or unreadable one is asked for again. */
export async function openReports(store: ReportStore): Promise<ReceivedReports> {
  const newest = new Map<string, ReceivedReport>();
  for (const received of await store.load()) newest.set(received.report.registration, received);
  const { save, flush } = savingTo(store);
  return {
    take: ({ record: { registration }, message, signature }, state, now) => {
      const last = newest.get(registration);
      const report = folded(last, { message, signature }, now);
      if (typeof report === 'string') {
        const answer = answerTo(message, { last: last?.report ?? null, state, wantWhole: report === 'lacking' });
        const saved = last === undefined ? Promise.resolve() : save(last);
        return { answer, outcome: report, report: null, matters: false, lines: [], saved };
      }
      const before = last?.report ?? null;
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
    flush,
  };
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

/**
 * True when a report changes what a pass decides: capabilities changed, its generation is above the last published one, an application
 * that others wait for has come further, a component takes what is told of live objects, the steps of a delivery are known or done, the limit of deletions holds others than before, or it keeps ids that may have to be retired
 * again. Retired ids that have settled leave the next bundle, but are no reason for one.
 */
export function matters(last: AgentReport | null, report: AgentReport, state: ReportedState): boolean {
  if (changesCapabilities(last, report, state)) return true;
  if (isAhead(report, state) || changesMove(last, report, state) || changesDelivery(last, report, state)) return true;
  if (endsWarning(last, report, state) || changesServer(last, report, state)) return true;
  const bundle = state.bundles.get(report.cluster);
  if (bundle?.revision.registration !== report.registration) return false;
  if (endsDelivery(last, report, bundle.revision)) return true;
  if (changesTaken(last, report, { apps: bundle.revision.apps, problems: state.problems })) return true;
  return limitedText(last) !== limitedText(report) || keepsUnexplained(report, bundle.revision);
}

/** True when an agent says for the first time that it has steps, or that they are done: what serves is known, or alone from then on. */
function endsDelivery(last: AgentReport | null, report: AgentReport, { apps }: Revision): boolean {
  const numbers = new Map(apps.flatMap((app) => (app.from === undefined ? [] : [[appKey(app), app.delivery?.number]])));
  if (numbers.size === 0) return false;
  const said = ({ apps: all }: AgentReport): ReadonlySet<string> =>
    new Set(
      all.flatMap(({ delivery, ...app }) => {
        if (delivery === undefined || delivery.number !== numbers.get(appKey(app))) return [];
        return [`${appKey(app)} ${delivery.phase === 'done' ? 'done' : 'begun'}`];
      }),
    );
  const before = last === null ? new Set<string>() : said(last);
  return [...said(report)].some((word) => !before.has(word));
}

/**
 * True when an agent reports capabilities for the first time or other ones than before, and they are not those in force; one that was
 * lost and is back is in force still, and ends the change that waits for it.
 */
function changesCapabilities(
  last: AgentReport | null,
  { cluster, agent }: AgentReport,
  state: Pick<State, 'clusters' | 'guarded'>,
): boolean {
  if (agent.capabilities.length === 0) return false;
  const inForce = state.clusters.get(cluster)?.capabilities ?? null;
  if (inForce === null) return true;
  const reported = textOf(agent.capabilities);
  if (last !== null && textOf(last.agent.capabilities) === reported) return false;
  const waits = state.guarded.some((change) => change.code === 'CAPABILITY_LOST' && change.cluster === cluster);
  return waits || textOf(capabilityWords(inForce)) !== reported;
}

function textOf(words: readonly string[]): string {
  return [...words].sort().join();
}

/** What an agent's limit of deletions holds back; empty where it holds nothing. */
function limitedText(report: AgentReport | null): string {
  if (report?.conditions.some(({ type }) => type === 'DeleteLimited') !== true) return '';
  return textOf(report.retired.survivors);
}

/** True when an agent keeps ids that its bundle does not explain: they are retired again, if they were ever published to it. */
function keepsUnexplained(report: AgentReport, { retired }: Revision): boolean {
  if (report.retired.unexplained.length === 0) return false;
  const ids = new Set(retired.map(({ id }) => id));
  return report.retired.unexplained.some((id) => !ids.has(id));
}

/** True when a move waits for this cluster, and its applications are not as they were. */
function changesMove(last: AgentReport | null, report: AgentReport, { guarded }: Pick<State, 'guarded'>): boolean {
  const isAwaited = guarded.some(({ waitsFor = [] }) => waitsFor.includes(report.cluster));
  return isAwaited && (last === null || progressText(last) !== progressText(report));
}

/** True when something is delivered in steps or waves, or taken back here, and what this cluster says of it, or that it says anything, is new. */
function changesDelivery(
  last: AgentReport | null,
  report: AgentReport,
  { deliveries }: Pick<State, 'deliveries'>,
): boolean {
  const isAny = [...deliveries.values()].some(
    (one) => one.last.phase === 'running' || isTakenBack(one, report.cluster),
  );
  return isAny && (last === null || deliveryText(last) !== deliveryText(report));
}

/** True where an ended delivery gave a cluster its content, and took it back: it is to say that it has the former one. */
function isTakenBack({ last }: AppDelivery, cluster: string): boolean {
  const { phase } = last;
  return (phase === 'aborted' || phase === 'rolled-back' || phase === 'reverted') && clustersOf(last).has(cluster);
}

// Asked with each report, of a delivery that may have reached the whole fleet.
const clustersOf = oncePerValue(
  ({ admitted }: AppDelivery['last']): ReadonlySet<string> =>
    new Set(admitted.flatMap(({ units }) => units.map((key) => key.split('@', 1)[0] ?? key))),
);

function deliveryText({ apps, accepted, conditions }: AgentReport): string {
  const held = conditions.some(({ type, status }) => type === 'Held' && status === 'True');
  const steps = apps.map(({ delivery }) => delivery?.phase);
  return JSON.stringify([progressText({ apps }), steps, accepted?.generation, held]);
}

/** True when a warning tells how applications of this cluster come along, and they are not as they were. */
function endsWarning(last: AgentReport | null, report: AgentReport, { problems }: Pick<State, 'problems'>): boolean {
  const isTold = problems.some(({ code, cluster }) => code === 'CHANGE_ABANDONED' && cluster === report.cluster);
  return isTold && (last === null || progressText(last) !== progressText(report));
}

/** True when an agent says for the first time, or otherwise than before, which Kubernetes it has, and objects are refused by that. */
function changesServer(last: AgentReport | null, report: AgentReport, { problems }: Pick<State, 'problems'>): boolean {
  if (report.agent.kubernetes === '' || report.agent.kubernetes === last?.agent.kubernetes) return false;
  return problems.some(({ code, severity }) => code === 'OBJECT_INVALID' && severity === 'error');
}

function progressText({ apps }: Pick<AgentReport, 'apps'>): string {
  return JSON.stringify(apps.map(({ namespace, name, applied, health }) => [namespace, name, applied, health]));
}

/** True when an agent accepted a higher generation than was ever published here: an old backup of the ledger is in use. */
export function isAhead(report: AgentReport, state: Pick<State, 'epoch' | 'bundles'>): boolean {
  if (report.accepted === null || report.accepted.epoch !== state.epoch) return false;
  return report.accepted.generation > (state.bundles.get(report.cluster)?.revision.generation ?? 0);
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
