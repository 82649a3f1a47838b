import { oncePerValue } from '../../shared/lib/memo.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import { capabilityWords } from '../model/capabilities.ts';
import type { AppDelivery } from '../model/delivery.ts';
import type { State } from '../model/state.ts';
import { changesTaken } from './taken.ts';

/** What the reports are judged against. */
export type ReportedState = Pick<State, 'epoch' | 'clusters' | 'bundles' | 'deliveries' | 'guarded' | 'problems'>;

/**
 * True when a report changes what a pass decides: capabilities changed, its generation is above the last published one, an application
 * that others wait for has come further, the steps of a delivery are known or done, the limit of deletions holds others than before, or it keeps ids that may have to be retired
 * again. Retired ids that have settled leave the next bundle, but are no reason for one.
 */
export function matters(last: AgentReport | null, report: AgentReport, state: ReportedState): boolean {
  if (changesCapabilities(last, report, state) || isAhead(report, state)) return true;
  const own = ownRevision(report, state);
  if (own !== null && keepsUnexplained(report, own)) return true;
  if (last !== null && saysTheSame(last, report)) return false;
  if (own !== null && (endsDelivery(last, report, own) || limitedText(last) !== limitedText(report))) return true;
  if (own !== null && changesTaken(last, report, { ...state, apps: own.apps })) return true;
  return changes.some((isChanged) => isChanged(last, report, state));
}

/** The last bundle of its cluster, as far as it was sent to the same registration. */
function ownRevision(
  { cluster, registration }: AgentReport,
  { bundles }: Pick<ReportedState, 'bundles'>,
): Revision | null {
  const revision = bundles.get(cluster)?.revision;
  return revision?.registration === registration ? revision : null;
}

/** What others may wait for, besides what is about the cluster's own bundle. */
const changes: readonly ((last: AgentReport | null, report: AgentReport, state: ReportedState) => boolean)[] = [
  changesMove,
  changesDelivery,
  endsWarning,
  changesServer,
];

/** True for a heartbeat: it is its base in other words, and need not be read. */
function saysTheSame(last: AgentReport, report: AgentReport): boolean {
  const isSameSite = last.conditions === report.conditions && last.agent === report.agent;
  return (
    isSameSite && last.apps === report.apps && last.retired === report.retired && last.accepted === report.accepted
  );
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
  // Steps of a workflow end with those of agents, and other content begins once what serves is whole again.
  const steps = apps.map(({ delivery, phase }) =>
    delivery === undefined ? null : [delivery.attempt, delivery.step, delivery.phase, phase === 'blocked'],
  );
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
