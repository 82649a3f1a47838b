import type { KubeObject } from '../../shared/model/object.ts';
import type { LabelFacts } from './labels.ts';
import { podOf } from './workload.ts';

/**
 * True for an object of a component that lives side by side in which nothing tells its revision apart: a claim, a ConfigMap or a
 * Role whose name a property gives. Every revision means the same one, so that it exists once, as what is updated in place does.
 * What runs pods is never such an object: its pods are those of one revision.
 */
export function isCommon(object: KubeObject, { isSuffixed, contextName, revision }: LabelFacts): boolean {
  if (!isSuffixed || podOf(object) !== null) return false;
  const text = JSON.stringify(object);
  return !text.includes(contextName) && (revision === null || !text.includes(revision.name));
}
