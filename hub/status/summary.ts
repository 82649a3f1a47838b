import { by, byCodeUnit } from '../../shared/lib/order.ts';
import { appHealthOrder, worstHealth, type AppHealth } from '../../shared/model/health.ts';
import type { StatusRow } from '../api/status.ts';
import type { HealthCounts } from './fleet-health.ts';

/** How an application is on all of its clusters together. */
export interface ApplicationSummary {
  readonly application: string;
  readonly clusters: number;
  readonly healthy: number;
  readonly worst: AppHealth;
  /** Clusters by each other health, worst first. */
  readonly others: readonly (readonly [health: AppHealth, clusters: number])[];
}

/** More rows than this are summed up, unless the caller asks for all of them. */
export const mostRows = 50;

const worstFirst = [...appHealthOrder].reverse();

/** One entry an application, worst first, those of one health by name. Pure. */
export function summariesOf(rows: readonly StatusRow[]): ApplicationSummary[] {
  const counts = new Map<string, Map<AppHealth, number>>();
  for (const { application, health } of rows) {
    const own = counts.get(application) ?? new Map<AppHealth, number>();
    counts.set(application, own.set(health, (own.get(health) ?? 0) + 1));
  }
  return summariesFrom(counts);
}

/** The same, from how many clusters have each application with each health. Pure. */
export function summariesFrom(counts: ReadonlyMap<string, HealthCounts>): ApplicationSummary[] {
  const summaries = [...counts].map(([application, own]) => {
    const others = worstFirst.flatMap((health) => {
      const count = health === 'Healthy' ? 0 : (own.get(health) ?? 0);
      return count === 0 ? [] : [[health, count] as const];
    });
    const clusters = [...own.values()].reduce((sum, count) => sum + count, 0);
    return { application, clusters, healthy: own.get('Healthy') ?? 0, worst: worstHealth([...own.keys()]), others };
  });
  return summaries.sort(by(({ application }) => application)).sort((a, b) => rankOf(b.worst) - rankOf(a.worst));
}

/** The rows that are not healthy, worst first, then by application and cluster; and how many more there are. Pure. */
export function attentionOf(
  rows: readonly StatusRow[],
  most = mostRows,
): { readonly rows: StatusRow[]; readonly more: number } {
  const wanting = rows
    .filter(({ health }) => health !== 'Healthy')
    .sort((a, b) => byCodeUnit(a.application, b.application) || byCodeUnit(a.cluster, b.cluster))
    .sort((a, b) => rankOf(b.health) - rankOf(a.health));
  return { rows: wanting.slice(0, most), more: Math.max(0, wanting.length - most) };
}

function rankOf(health: AppHealth): number {
  return appHealthOrder.indexOf(health);
}
