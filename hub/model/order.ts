import { byCodeUnit } from '../../shared/lib/order.ts';
import type { Component } from './documents.ts';

/** Which components each component waits for. */
export type Dependencies = Readonly<Record<string, readonly string[]>>;

/** A component as far as others wait for it, and it for others. */
type Waiting = Pick<Component, 'name' | 'dependsOn' | 'inputs' | 'outputs'>;

/** The components by the names of what they give. */
export function giversOf(components: readonly Waiting[]): ReadonlyMap<string, readonly string[]> {
  const given = components.flatMap(({ name, outputs = [] }) => outputs.map((output) => [output.name, name] as const));
  return new Map(
    [...Map.groupBy(given, ([output]) => output)].map(([output, all]) => [output, all.map(([, one]) => one)]),
  );
}

/**
 * What some components wait for, of all revisions that are given, sorted: what they depend on, and what gives their inputs. Only
 * components that wait for any have an entry.
 */
export function dependenciesOf(components: readonly Waiting[]): Dependencies {
  const all = new Map<string, Set<string>>();
  const givers = giversOf(components);
  for (const { name, dependsOn = [], inputs = [] } of components) {
    const others = [...dependsOn, ...inputs.flatMap(({ from }) => givers.get(from) ?? [])];
    if (others.length > 0) all.set(name, new Set([...(all.get(name) ?? []), ...others]));
  }
  return Object.fromEntries(
    [...all].sort(([a], [b]) => byCodeUnit(a, b)).map(([name, others]) => [name, [...others].sort(byCodeUnit)]),
  );
}

/** The names of components that wait for each other in a circle, the first one at both ends; null where there is none. */
export function circleIn(dependencies: Dependencies): readonly string[] | null {
  const done = new Set<string>();
  const search = (name: string, way: readonly string[]): readonly string[] | null => {
    const start = way.indexOf(name);
    if (start >= 0) return [...way.slice(start), name];
    if (done.has(name)) return null;
    const others = Object.hasOwn(dependencies, name) ? (dependencies[name] ?? []) : [];
    for (const other of others) {
      const found = search(other, [...way, name]);
      if (found !== null) return found;
    }
    done.add(name);
    return null;
  };
  for (const name of Object.keys(dependencies)) {
    const found = search(name, []);
    if (found !== null) return found;
  }
  return null;
}
