import { canonicalJson } from '../lib/canonical.ts';
import { appKey } from './bundle.ts';
import type { AgentReport, ReportApp, ReportChange, ReportCondition } from './report.ts';

/** What a change replaces as a whole. */
const parts = ['agent', 'accepted', 'settled', 'conditions', 'retired'] as const;

/**
 * What `next` says that `base` does not; null when nothing is another. Times alone are no difference. The envelope is one when
 * `next` has another than `base`.
 */
export function changeOf(base: AgentReport, next: AgentReport): ReportChange | null {
  const { format, channel, registration, cluster, sequence, issuedAt, envelope } = next;
  const before = new Map(base.apps.map((app) => [appKey(app), app] as const));
  const keys = new Set(next.apps.map(appKey));
  const apps = next.apps.filter((app) => !isSameApp(before.get(appKey(app)), app));
  const gone = [...before.keys()].filter((key) => !keys.has(key));
  const other = parts.filter((part) => factsOf(part, base[part]) !== factsOf(part, next[part]));
  const isShown = envelope !== undefined && envelope.payload !== base.envelope?.payload;
  if (apps.length + gone.length + other.length === 0 && !isShown) return null;
  return {
    ...{ format, channel, registration, cluster, sequence, issuedAt, base: base.sequence, apps, gone },
    ...Object.fromEntries(other.map((part) => [part, next[part]])),
    ...(isShown && { envelope }),
  };
}

/** The report that a change makes of its base. Applications that are not in the change are the base's own values. */
export function withChange(base: AgentReport, change: ReportChange): AgentReport {
  const { format, sequence, issuedAt, apps, gone, envelope } = change;
  const other = parts.filter((part) => change[part] !== undefined).map((part) => [part, change[part]]);
  // What was accepted before shows nothing of what is accepted now.
  const shown = envelope ?? (change.accepted === undefined ? base.envelope : undefined);
  const { channel, registration, cluster, agent, accepted, settled, conditions, retired } = base;
  return {
    ...{ format, channel, registration, cluster, sequence, issuedAt },
    ...{ agent, accepted, settled, conditions, apps: withApps(base.apps, apps, gone), retired },
    ...(Object.fromEntries(other) as Partial<AgentReport>),
    ...(shown !== undefined && { envelope: shown }),
  };
}

function withApps(
  before: readonly ReportApp[],
  changed: readonly ReportApp[],
  gone: readonly string[],
): readonly ReportApp[] {
  if (changed.length + gone.length === 0) return before;
  const left = new Map(changed.map((app) => [appKey(app), app] as const));
  const removed = new Set(gone);
  const stay = before.flatMap((app): ReportApp[] => {
    const key = appKey(app);
    const other = left.get(key);
    left.delete(key);
    if (other !== undefined) return [other];
    return removed.has(key) ? [] : [app];
  });
  return [...stay, ...left.values()];
}

function isSameApp(before: ReportApp | undefined, app: ReportApp): boolean {
  return before === app || (before !== undefined && textOf(before) === textOf(app));
}

// An application is compared in each report, and made anew only where something of it changed.
const texts = new WeakMap<ReportApp, string>();

function textOf(app: ReportApp): string {
  const known = texts.get(app);
  if (known !== undefined) return known;
  const text = canonicalJson({ ...app, observedAt: undefined, healthyForSeconds: undefined });
  texts.set(app, text);
  return text;
}

function factsOf(part: (typeof parts)[number], value: AgentReport[(typeof parts)[number]]): string {
  if (part !== 'conditions') return canonicalJson(value);
  return canonicalJson((value as readonly ReportCondition[]).map((condition) => ({ ...condition, since: undefined })));
}
