import type { Digest } from '../../shared/lib/canonical.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { ReportApp } from '../../shared/wire/report.ts';

/** Since when each application is healthy with what is applied of it, by the monotonic clock. */
export type HealthyMemory = Map<string, { readonly applied: Digest; readonly at: number }>;

/** Remembers which applications are healthy now, and forgets the others. An agent that starts counts from then on. */
export function rememberHealthy(memory: HealthyMemory, apps: readonly ReportApp[], now: number): void {
  const healthy = new Set<string>();
  for (const app of apps) {
    if (app.applied === null || app.health !== 'Healthy') continue;
    const key = appKey(app);
    healthy.add(key);
    if (memory.get(key)?.applied !== app.applied) memory.set(key, { applied: app.applied, at: now });
  }
  for (const key of memory.keys()) if (!healthy.has(key)) memory.delete(key);
}

/** The applications with how long they have been healthy: said with what is sent anyway, and never a reason to send. */
export function withHealthyTimes(
  apps: readonly ReportApp[],
  memory: ReadonlyMap<string, { readonly applied: Digest; readonly at: number }>,
  now: number,
): readonly ReportApp[] {
  if (memory.size === 0) return apps;
  return apps.map((app) => {
    const since = memory.get(appKey(app));
    if (since === undefined || since.applied !== app.applied || app.health !== 'Healthy') return app;
    return { ...app, healthyForSeconds: Math.max(0, Math.floor((now - since.at) / 1_000)) };
  });
}
