import { kindFacts, type Scope } from '../../shared/model/kinds.ts';
import { groupKind, type GroupKind } from '../../shared/model/object.ts';

/** The scope of a kind; `defined` holds the scopes that CustomResourceDefinitions of the same application give. */
export function scopeOf(group: string, kind: string, defined: ReadonlyMap<GroupKind, Scope> = new Map()): Scope {
  const known = knownScope(group, kind, defined);
  if (known !== undefined) return known;
  // By convention a kind that is the cluster-wide twin of a namespaced one says so in its name.
  return /^Cluster[A-Z]/.test(kind) ? 'cluster' : 'namespace';
}

/** False where `scopeOf` can only guess: the agent asks the server. */
export function isScopeKnown(group: string, kind: string, defined: ReadonlyMap<GroupKind, Scope>): boolean {
  return knownScope(group, kind, defined) !== undefined;
}

function knownScope(group: string, kind: string, defined: ReadonlyMap<GroupKind, Scope>): Scope | undefined {
  const name = groupKind(group, kind);
  return kindFacts(name).scope ?? defined.get(name);
}
