import { canonicalJson } from '../../shared/lib/canonical.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import type { State } from '../model/state.ts';

/**
 * True when what an agent tells of live objects is another than before, in an application whose components may take it: one that
 * waits for such a value, or that has an order, as all have whose components take something of others.
 */
export function changesTaken(
  last: AgentReport | null,
  report: AgentReport,
  { apps, problems }: Pick<Revision, 'apps'> & Pick<State, 'problems'>,
): boolean {
  const waiting = new Set(
    problems.filter(({ code, cluster }) => code === 'UNAVAILABLE' && cluster === report.cluster).map(({ app }) => app),
  );
  const taking = new Set(
    apps
      .filter((app) => app.observe !== undefined && (app.dependsOn !== undefined || waiting.has(appKey(app))))
      .map(appKey),
  );
  return taking.size > 0 && (last === null || toldText(last, taking) !== toldText(report, taking));
}

function toldText({ apps }: AgentReport, taking: ReadonlySet<string>): string {
  const told = apps.flatMap((app) =>
    (app.observations ?? []).flatMap(({ id, values }) => (taking.has(appKey(app)) ? [[appKey(app), id, values]] : [])),
  );
  return canonicalJson(told);
}
