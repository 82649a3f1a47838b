import { kindFacts, type Scope } from '../../shared/model/kinds.ts';
import { groupKind, type GroupKind } from '../../shared/model/object.ts';

/** The scope of a kind; `defined` holds the scopes that CustomResourceDefinitions of the same application give. */
export function scopeOf(group: string, kind: string, defined: ReadonlyMap<GroupKind, Scope> = new Map()): Scope {
  const name = groupKind(group, kind);
  const scope = kindFacts(name).scope ?? defined.get(name);
  if (scope !== undefined) return scope;
  // By convention a kind that is the cluster-wide twin of a namespaced one says so in its name.
  return /^Cluster[A-Z]/.test(kind) ? 'cluster' : 'namespace';
}
