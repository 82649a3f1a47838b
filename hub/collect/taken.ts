import { canonicalJson } from '../../shared/lib/canonical.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import { applicationOf } from '../model/assignments.ts';
import { isReading } from '../model/reading.ts';
import type { State } from '../model/state.ts';
import { untoldIn } from '../model/untold.ts';

/**
 * True when what an agent tells of live objects is another than before, in an application whose components may take it: one that
 * waits for such a value, or that has an order, as all have whose components take something of others; or in one of which steps read.
 */
export function changesTaken(
  last: AgentReport | null,
  report: AgentReport,
  { apps, problems, deliveries }: Pick<Revision, 'apps'> & Pick<State, 'problems' | 'deliveries'>,
): boolean {
  const waiting = new Set(
    problems.filter(({ code, cluster }) => code === 'UNAVAILABLE' && cluster === report.cluster).map(({ app }) => app),
  );
  const isRead = (app: string): boolean => {
    const delivery = deliveries.get(applicationOf(app));
    return delivery !== undefined && isReading(delivery);
  };
  const observed = apps.filter(({ observe }) => observe !== undefined).map((app) => ({ app, key: appKey(app) }));
  const taking = new Set(
    observed
      .filter(({ app, key }) => app.dependsOn !== undefined || waiting.has(key) || isRead(key))
      .map(({ key }) => key),
  );
  return taking.size > 0 && (last === null || toldText(last, taking) !== toldText(report, taking));
}

function toldText({ apps }: AgentReport, taking: ReadonlySet<string>): string {
  const told = apps.flatMap((app) => {
    const key = appKey(app);
    if (!taking.has(key)) return [];
    const untold = untoldIn(app).map(({ id, message }) => [key, id, message]);
    return [...(app.observations ?? []).map(({ id, values }) => [key, id, values]), ...untold];
  });
  return canonicalJson(told);
}
