import type { HoldGroup } from '../api/status-summary.ts';
import type { StatusHold, StatusProblem } from '../api/status.ts';

/** Clusters of a group that are named at most. */
const named = 3;

/** What is held and told by no problem, nor by a change that waits: what holds an application on a fleet is one group. Pure. */
export function holdGroups(
  holds: readonly StatusHold[],
  problems: readonly Pick<StatusProblem, 'message'>[],
): HoldGroup[] {
  const told = new Set(problems.map(({ message }) => message));
  const shown = holds.filter(({ change, reason }) => change === undefined && !told.has(reason));
  const groups = Map.groupBy(shown, ({ application, reason }) => JSON.stringify([application, reason]));
  return [...groups.values()].map((group) => {
    const [{ application, reason, since }] = group as [StatusHold];
    const clusters = group.flatMap(({ cluster }) => (cluster === null ? [] : [cluster]));
    const first = group.reduce((least, one) => (one.since < least ? one.since : least), since);
    return { application, reason, since: first, clusters: clusters.slice(0, named), count: clusters.length };
  });
}
