import type { AppDelivery, TakenBack, UnitDirective } from '../model/delivery.ts';
import type { ApplicationDeployment } from '../model/documents.ts';
import type { FoundHold } from '../model/hold.ts';
import type { Assignment } from '../model/rendered.ts';
import type { Sourced } from '../model/source.ts';
import type { DocumentOf } from './deployment.ts';
import { placeKey } from './facts.ts';
import type { Wanted } from './wanted.ts';

/** Where a content of an application goes by its own document: a revision, or what is kept of an ApplicationDeployment. */
export type PlacedAs = (
  app: string,
  content: string,
  document: Sourced<ApplicationDeployment> | undefined,
) => readonly Assignment[];

/** What advancing found, of all applications. */
export interface Found {
  readonly holds: FoundHold[];
  /** What stands in the place of an assignment. */
  readonly instead: Map<Assignment, readonly Assignment[]>;
  readonly directives: Map<string, Map<string, UnitDirective>>;
  readonly takenBack: Map<string, Map<string, TakenBack>>;
  readonly parts: Map<string, string>;
}

/** A unit on a cluster: what documents say of it, and what is wanted instead. */
export interface Placing {
  readonly places: readonly Assignment[];
  readonly former: Former;
  readonly withObjects: (made: readonly Assignment[]) => readonly Assignment[];
  readonly wanted: Wanted | null;
}

/** Puts what is wanted of a unit into the place of what the documents say; answers it, as far as it can be had. */
export function place({ holds, instead }: Found, { places, former, withObjects, wanted }: Placing): Wanted | null {
  const [first, ...others] = places as [Assignment, ...Assignment[]];
  const made = wanted?.kind === 'stay' ? [] : assigned(places, wanted, former);
  if (wanted === null || made.length > 0) {
    const all = withObjects(made);
    if (all.length === places.length && all.every((one, at) => one === places[at])) return wanted;
    instead.set(first, all);
    for (const one of others) instead.set(one, []);
    return wanted;
  }
  // What is not known any more cannot be rendered: what runs stays, and no steps go on.
  holds.push(deliveryHold(first, wanted.reason));
  return wanted.kind === 'stay' ? wanted : { kind: 'stay', reason: wanted.reason, isBack: true };
}

const knownHolds = new WeakMap<Assignment, FoundHold>();

/** The very same hold for as long as it says the same: a delivery may hold all clusters of a fleet, pass after pass. */
export function deliveryHold(assignment: Assignment, reason: string): FoundHold {
  const before = knownHolds.get(assignment);
  if (before?.reason === reason) return before;
  const hold: FoundHold = { app: assignment.unit, cluster: assignment.cluster, by: 'delivery', reason };
  knownHolds.set(assignment, hold);
  return hold;
}

function assigned(
  places: readonly Assignment[],
  wanted: Exclude<Wanted, { readonly kind: 'stay' }> | null,
  former: Former,
): readonly Assignment[] {
  const [first] = places;
  if (wanted === null || first === undefined) return places;
  return wanted.kind === 'content' ? former(first, wanted.content) : partly(first, wanted, former);
}

/** The components that were given, beside what the unit had without them. */
function partly(
  assignment: Assignment,
  { components, former }: Extract<Wanted, { readonly kind: 'part' }>,
  formerly: Former,
): readonly Assignment[] {
  const before = former === null ? [] : formerly(assignment, former);
  return [...before.map((one) => ({ ...one, without: components })), { ...assignment, components }];
}

/** The assignments of an earlier content in the place of one of now. */
export type Former = (assignment: Assignment, content: string) => readonly Assignment[];

/**
 * What an earlier content is on a cluster: as its own document places it, else as the unit is placed now. Nothing where it is not known any more.
 */
export function formerOf(
  { placedAs }: { readonly placedAs: PlacedAs },
  { app, last }: AppDelivery,
  documentOf: DocumentOf | null,
): Former {
  const known = new Map<string, ReadonlyMap<string, readonly Assignment[]>>();
  return (assignment, content) => {
    const document = documentOf?.(content, last.phase === 'running' && content === last.content);
    const places = known.get(content) ?? Map.groupBy(placedAs(app, content, document), placeKey);
    known.set(content, places);
    return places.get(placeKey(assignment)) ?? elsewhere(assignment, content, documentOf === null ? null : document);
  };
}

/** Of a cluster that the earlier document does not name: its one revision; `null` = the content is a revision. */
function elsewhere(
  assignment: Assignment,
  content: string,
  document: Sourced<ApplicationDeployment> | null | undefined,
): readonly Assignment[] {
  if (document === null) return [{ ...assignment, revision: content }];
  const [one, ...others] = document?.doc.spec.appRevisions ?? [];
  if (document === undefined || one === undefined || others.length > 0) return [];
  const { unit, cluster, selector, notes } = assignment;
  const replicas = one.placement[0]?.distribution?.replicas;
  const more = replicas === undefined ? {} : { replicas };
  return [{ unit, cluster, selector, notes, revision: one.revisionName, document, ...more }];
}
