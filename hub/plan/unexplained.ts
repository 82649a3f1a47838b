import type { ObjectId } from '../../shared/model/object.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import type { State } from '../model/state.ts';
import type { Store } from '../model/store.ts';
import { heldIds } from './retire.ts';

type ReportsByCluster = ReadonlyMap<string, { readonly report: AgentReport }>;

/**
 * By cluster: the unexplained ids of its agent that were published to it once. Reads the history of the store,
 * and only where an agent has an unexplained id.
 */
export async function publishedBefore(
  store: Pick<Store, 'published'>,
  state: Pick<State, 'bundles'>,
  reports: ReportsByCluster,
): Promise<ReadonlyMap<string, ReadonlySet<ObjectId>>> {
  const found = [...unexplained(state, reports)].map(async ([cluster, { registration, ids }]) => {
    return [cluster, await store.published(cluster, registration, ids)] as const;
  });
  return new Map(await Promise.all(found));
}

/** By cluster: ids that its agent keeps and that neither the last bundle nor its retired list explains. */
export function unexplained(
  { bundles }: Pick<State, 'bundles'>,
  reports: ReportsByCluster,
): Map<string, { readonly registration: string; readonly ids: ReadonlySet<ObjectId> }> {
  const found = new Map<string, { readonly registration: string; readonly ids: ReadonlySet<ObjectId> }>();
  for (const [cluster, { report }] of reports) {
    // Most agents know of all that they keep.
    if (report.retired.unexplained.length === 0) continue;
    const previous = bundles.get(cluster)?.revision;
    const ids = previous === undefined ? new Set<ObjectId>() : unexplainedIds(previous, report);
    if (ids.size > 0) found.set(cluster, { registration: report.registration, ids });
  }
  return found;
}

/** Ids that an agent keeps without knowing why, and that are neither wanted nor retired in its cluster's last bundle. */
export function unexplainedIds(
  previous: Pick<Revision, 'registration' | 'apps' | 'retired'>,
  report: Pick<AgentReport, 'registration' | 'retired'>,
): Set<ObjectId> {
  // The bundle need not be looked through then.
  if (report.registration !== previous.registration || report.retired.unexplained.length === 0) return new Set();
  const known = new Set([...previous.apps.flatMap(heldIds), ...previous.retired.map(({ id }) => id)]);
  return new Set(report.retired.unexplained.filter((id) => !known.has(id)));
}
