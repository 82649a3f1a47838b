import type { SiteWords } from '../model/words.ts';
import { appHealthOrder } from '../../shared/model/health.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { agentFault, type AgentReport, type ReportCondition } from '../../shared/wire/report.ts';

/** A Lease is small: it is written every few seconds. */
const limits = { apps: 20, characters: 600 } as const;

/**
 * What a report says that concerns the operator of the site: conditions that are true, and applications that are not healthy or
 * leave something to people.
 */
export function siteWords(report: Pick<AgentReport, 'issuedAt' | 'agent' | 'conditions' | 'apps'>): SiteWords {
  const unwell = report.apps
    .filter(({ health, message }) => health !== 'Healthy' || !/^Ready:\d+\/\d+$/.test(message))
    .sort(
      (a, b) => appHealthOrder.indexOf(b.health) - appHealthOrder.indexOf(a.health) || byCodeUnit(appKey(a), appKey(b)),
    );
  return {
    at: report.issuedAt,
    version: report.agent.version,
    conditions: report.conditions.flatMap(conditionWords),
    apps: unwell
      .slice(0, limits.apps)
      .map((app) => ({ app: appKey(app), health: app.health, message: cut(app.message) })),
    more: Math.max(0, unwell.length - limits.apps),
  };
}

/** Ready concerns a site only where the agent itself cannot go on: what keeps applications is said by them. */
function conditionWords({ type, status, reason, message, since }: ReportCondition): SiteWords['conditions'] {
  if (type === 'Ready') {
    return status === 'False' && reason === agentFault
      ? [{ type: agentFault, reason, message: cut(message), since }]
      : [];
  }
  return status === 'True' ? [{ type, reason, message: cut(message), since }] : [];
}

function cut(text: string): string {
  return text.length <= limits.characters ? text : `${text.slice(0, limits.characters - 1)}\u2026`;
}
