/** A step, as far as others wait for it. */
export interface OrderedStep {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly inputs: readonly { readonly from: string }[];
  readonly outputs: readonly { readonly name: string }[];
  readonly steps: readonly OrderedStep[];
}

/** The steps that each one needs by what is written, by name. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/**
 * What must have ended before each step can end, by what is written: the steps that it names, and those that give its inputs. A step of
 * a group begins with its group, and a group ends with its steps. Pure.
 */
export function needsOf(steps: readonly OrderedStep[]): Needs {
  const givers = new Map(
    allOf(steps).flatMap(({ name, outputs }) => outputs.map((output) => [output.name, name] as const)),
  );
  const found = new Map<string, readonly string[]>();
  const look = (list: readonly OrderedStep[], begins: readonly string[]): void => {
    for (const { name, dependsOn, inputs, steps: own } of list) {
      const given = inputs.flatMap(({ from }) => givers.get(from) ?? []);
      const needs = [...begins, ...dependsOn, ...given];
      found.set(name, [...needs, ...own.map((one) => one.name)]);
      look(own, needs);
    }
  };
  look(steps, []);
  return found;
}

function allOf(steps: readonly OrderedStep[]): readonly OrderedStep[] {
  return steps.flatMap((step) => [step, ...allOf(step.steps)]);
}

/** The steps that wait for one another, from one of them to itself again, and the first step that needs them; null = none do. */
export function circleOf(needs: Needs): { readonly from: string; readonly circle: readonly string[] } | null {
  const ended = new Set<string>();
  const circleFrom = (name: string, way: readonly string[]): readonly string[] | null => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (ended.has(name)) return null;
    for (const next of needs.get(name) ?? []) {
      const found = circleFrom(next, [...way, name]);
      if (found !== null) return found;
    }
    ended.add(name);
    return null;
  };
  for (const name of needs.keys()) {
    const circle = circleFrom(name, []);
    if (circle !== null) return { from: name, circle };
  }
  return null;
}

/** All that each step needs, and what that needs. */
export function everyNeed(needs: Needs): ReadonlyMap<string, ReadonlySet<string>> {
  const reach = (name: string, seen: Set<string>): Set<string> => {
    for (const next of needs.get(name) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reach(next, seen);
    }
    return seen;
  };
  return new Map([...needs.keys()].map((name) => [name, reach(name, new Set())]));
}
