import type { KubeObject } from '../../shared/model/object.ts';
import { applyPatch, patchRulesOf } from './patch.ts';

/**
 * The objects of a component, with those Services that have one name as one: `expose`, `gateway` and exposed ports each make a Service
 * of the component's name, and together they mean one with all ports.
 */
export function mergeServices(objects: readonly KubeObject[]): readonly KubeObject[] {
  const merged: KubeObject[] = [];
  for (const object of objects) {
    const index = merged.findIndex(
      (other) =>
        object.kind === 'Service' &&
        other.kind === 'Service' &&
        other.metadata.name === object.metadata.name &&
        other.metadata.namespace === object.metadata.namespace,
    );
    if (index < 0) merged.push(object);
    else merged[index] = applyPatch(merged[index], object, patchRulesOf('')) as KubeObject;
  }
  return merged;
}
