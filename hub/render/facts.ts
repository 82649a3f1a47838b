import type { CueFact } from '../cue/program.ts';
import type { Steps } from '../model/reporter.ts';

/** What a template says of a value, as a tree that has the shape of the value. */
export interface Facts extends Omit<CueFact, 'path'> {
  readonly members: ReadonlyMap<string | number, Facts>;
}

interface Growing extends Omit<CueFact, 'path'> {
  readonly members: Map<string | number, Growing>;
}

/** The tree of some facts. */
export function factsOf(list: readonly CueFact[] = []): Facts {
  const root: Growing = { members: new Map() };
  for (const { path, ...facts } of list) {
    const node = path.reduce<Growing>((at, step) => {
      const next = at.members.get(step) ?? { members: new Map() };
      at.members.set(step, next);
      return next;
    }, root);
    Object.assign(node, facts);
  }
  return root;
}

/** The facts of what is at a path; undefined where nothing is said of it. */
export function factsAt(facts: Facts | undefined, path: Steps): Facts | undefined {
  return path.reduce<Facts | undefined>((at, step) => at?.members.get(step), facts);
}

/** Which members of which maps and lists are defaults: beside the values, because patches make new ones of them. */
export type Defaults = WeakMap<object, Set<string | number>>;

/** Notes the defaults in a value, and gives the value. */
export function withDefaults<T>(value: T, facts: Facts | undefined, defaults: Defaults): T {
  if (facts === undefined || value === null || typeof value !== 'object') return value;
  for (const [step, below] of facts.members) {
    if (below.isDefault === true) markDefault(value, step, defaults);
    withDefaults((value as Readonly<Record<string | number, unknown>>)[step], below, defaults);
  }
  return value;
}

/** Notes that a member is a default. */
export function markDefault(holder: object, step: string | number, defaults: Defaults): void {
  const marked = defaults.get(holder) ?? new Set();
  defaults.set(holder, marked.add(step));
}
