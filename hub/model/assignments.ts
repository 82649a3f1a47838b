import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Assignment } from './rendered.ts';

/** Assignments by application (`namespace/name`): each list is the very same one for as long as nothing of it changes. */
export type AssignmentLists = ReadonlyMap<string, readonly Assignment[]>;

/** `namespace/name` of a unit `namespace/name[@target]`. */
export function applicationOf(unit: string): string {
  const at = unit.indexOf('@');
  return at < 0 ? unit : unit.slice(0, at);
}

/** Assignments in lists, one for each application. */
export function listsOf(assignments: readonly Assignment[] | AssignmentLists): AssignmentLists {
  return isList(assignments) ? grouped(assignments) : assignments;
}

function isList(assignments: readonly Assignment[] | AssignmentLists): assignments is readonly Assignment[] {
  return Array.isArray(assignments);
}

const grouped = oncePerValue((assignments: readonly Assignment[]): AssignmentLists =>
  Map.groupBy(assignments, ({ unit }) => applicationOf(unit)),
);
