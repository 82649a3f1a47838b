import type { Component } from '../model/documents.ts';
import { isNamed } from './patch.ts';

/** Which components are there once for each key; none named = all. */
export interface Replicas {
  readonly keys: readonly string[];
  readonly selector: readonly string[];
}

/**
 * The components, those that are selected once for each key: `NAME-KEY`. What depends on one depends on all its copies; among copies
 * of one key, on that of the key. Pure.
 */
export function replicate(components: readonly Component[], { keys, selector }: Replicas): readonly Component[] {
  const isMeant = ({ name }: Component): boolean =>
    selector.length === 0 || selector.some((pattern) => isNamed(name, pattern));
  const copied = new Set(components.filter(isMeant).map(({ name }) => name));
  const names = (name: string, of: readonly string[]): readonly string[] =>
    copied.has(name) ? of.map((key) => `${name}-${key}`) : [name];
  const needing = ({ dependsOn }: Component, of: readonly string[]): Pick<Component, 'dependsOn'> =>
    dependsOn === undefined ? {} : { dependsOn: dependsOn.flatMap((name) => names(name, of)) };
  return components.flatMap((one) => {
    if (!isMeant(one)) return [{ ...one, ...needing(one, keys) }];
    return keys.map((key) => ({
      ...one,
      ...needing(one, [key]),
      name: `${one.name}-${key}`,
      replica: { of: one.replica?.of ?? one.name, key },
    }));
  });
}
