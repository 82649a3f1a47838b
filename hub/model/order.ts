import { byCodeUnit } from '../../shared/lib/order.ts';
import type { Component } from './documents.ts';

/** Which components each component waits for. */
export type Dependencies = Readonly<Record<string, readonly string[]>>;

/** What some components wait for, of all revisions that are given, sorted; only components that wait for any have an entry. */
export function dependenciesOf(components: readonly Pick<Component, 'name' | 'dependsOn'>[]): Dependencies {
  const all = new Map<string, Set<string>>();
  for (const { name, dependsOn = [] } of components) {
    if (dependsOn.length > 0) all.set(name, new Set([...(all.get(name) ?? []), ...dependsOn]));
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
