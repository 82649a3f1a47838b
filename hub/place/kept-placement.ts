import type { Work } from '../../shared/lib/slices.ts';
import type { Application, ApplicationDeployment } from '../model/documents.ts';
import type { Placed } from './types.ts';

interface Kept {
  readonly from: readonly unknown[];
  readonly placed: Placed;
}

// A document never changes while its file stays as it is.
const known = new WeakMap<Application | ApplicationDeployment, Kept>();

/**
 * Where a document puts its revisions, looked for again only when one of these values is another one. What has a problem, or is held, is
 * always looked for: that may depend on what runs.
 */
export function* keptPlacement(
  doc: Application | ApplicationDeployment,
  from: readonly unknown[],
  placing: () => Work<Placed>,
): Work<Placed> {
  const before = known.get(doc);
  if (before?.from.length === from.length && before.from.every((value, index) => value === from[index])) {
    return before.placed;
  }
  const placed = yield* placing();
  if (placed.problems.length === 0 && placed.holds.length === 0) known.set(doc, { from, placed });
  else known.delete(doc);
  return placed;
}

// By the clusters: lists that are made of the very same parts are the very same list, and so is all that is made of it.
const lists = new WeakMap<readonly unknown[], { readonly parts: readonly Placed[]; readonly whole: Whole }>();

type Whole = Pick<Placed, 'assignments' | 'reasons'>;

/** The assignments of all documents together: the very list of before where no document puts its revisions elsewhere. */
export function allAssignments(targets: readonly unknown[], parts: readonly Placed[]): Whole {
  const before = lists.get(targets);
  if (before?.parts.length === parts.length && before.parts.every((part, index) => part === parts[index])) {
    return before.whole;
  }
  const whole = {
    assignments: parts.flatMap(({ assignments }) => assignments),
    reasons: parts.flatMap(({ reasons }) => reasons),
  };
  lists.set(targets, { parts, whole });
  return whole;
}
