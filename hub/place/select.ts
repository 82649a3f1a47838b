import { canonicalJson } from '../../shared/lib/canonical.ts';
import { rendezvous } from '../../shared/lib/order.ts';
import type { ClusterSelector } from '../model/documents.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import { unmatchedLabels, type Labels } from '../../shared/model/selector.ts';
import { createHeldOnce } from '../model/held-once.ts';
import type { Site } from '../model/fleet.ts';

/** The clusters that a selector takes, and for every other cluster the reason why not. */
export interface Selection {
  readonly key: string;
  readonly clusters: readonly string[];
  /** True when nothing matches any more and the recorded clusters stay. */
  readonly kept: boolean;
  /** How many clusters match. */
  readonly candidates: number;
  readonly reasons: readonly { readonly cluster: string; readonly reason: string }[];
}

/** The key under which a pick is recorded: the revision is not in it, so that two revisions with one selector share a cluster. */
export function placementKey(deployment: string, selector: ClusterSelector | undefined): string {
  return `${deployment}/${selector === undefined ? 'local' : canonicalJson(selector)}`;
}

/** True for the key of a placement that takes every cluster of its selector. */
export function takesAll(key: string): boolean {
  // The member comes last in canonical JSON, and is always there.
  return key.endsWith('"pick":"all"}');
}

/** Tells of clusters whether a selector names them. */
export function matcherOf(selector: ClusterSelector): (target: Site) => boolean {
  const mismatch = mismatchOf(selector);
  return (target) => mismatch(target) === null;
}

/**
 * Takes clusters by labels and name. A recorded pick wins for as long as it stays a candidate; what is missing comes
 * in the order of the rendezvous hash, so that another cluster never moves a pick.
 */
export function selectClusters(
  deployment: string,
  selector: ClusterSelector,
  targets: readonly Site[],
  recorded: readonly string[],
): Selection {
  const key = placementKey(deployment, selector);
  const mismatch = mismatchOf(selector);
  const mismatches = targets.map((target) => ({ cluster: target.name, reason: mismatch(target) }));
  const candidates = mismatches.filter(({ reason }) => reason === null).map(({ cluster }) => cluster);
  const names = new Set(targets.map(({ name }) => name));
  const known = recorded.filter((cluster) => names.has(cluster));
  const kept = candidates.length === 0 && known.length > 0;
  const clusters = kept ? known : pickOf(key, selector, candidates, recorded);
  const taken = new Set(clusters);
  const reasons = mismatches
    .filter(({ cluster }) => !taken.has(cluster))
    .map(({ cluster, reason }) => ({ cluster, reason: reason ?? `${clusters.join(', ')} was picked` }));
  return { key, clusters, kept, candidates: candidates.length, reasons };
}

/** The selection of a placement without a selector: the local cluster; where none is configured, the recorded clusters stay. */
export function selectLocal(
  { localCluster: local, targets }: { readonly localCluster: string | null; readonly targets: readonly Site[] },
  key: string,
  recorded: readonly string[],
): Selection {
  const names = new Set(targets.map(({ name }) => name));
  const isKnown = (name: string): boolean => names.has(name);
  const kept = local === null && recorded.some(isKnown);
  const clusters = local === null ? recorded.filter(isKnown) : [local].filter(isKnown);
  const taken = new Set(clusters);
  const reasons = targets
    .filter(({ name }) => !taken.has(name))
    .map(({ name }) => ({ cluster: name, reason: 'it is not the local cluster' }));
  return { key, clusters, kept, candidates: clusters.length, reasons };
}

/** The labels that the agent checks on its cluster: those of the selector, without the ones that the hub's labels lack. */
export function agentSelector(selector: ClusterSelector | undefined, target: Site): Labels {
  const wanted = Object.entries(selector?.labels ?? {});
  const kept = wanted.filter(([key, value]) => isSiteKey(key) || target.labels[key] === value);
  return once.value(Object.fromEntries(kept));
}

// What a placement asks of its clusters is mostly the same of all of them.
const once = createHeldOnce();

function pickOf(
  key: string,
  { pick }: ClusterSelector,
  candidates: readonly string[],
  recorded: readonly string[],
): readonly string[] {
  if (pick === 'all') return [...candidates].sort();
  const count = pick === 'one' ? 1 : pick;
  const known = new Set(candidates);
  const stay = recorded.filter((cluster) => known.has(cluster));
  const kept = new Set(stay);
  const fresh = rendezvous(key, candidates).filter((cluster) => !kept.has(cluster));
  return [...stay, ...fresh].slice(0, count);
}

/** Why a selector does not match a target; null where it does. */
function mismatchOf({ name, labels = {} }: ClusterSelector): (target: Site) => string | null {
  const wanted = Object.fromEntries(Object.entries(labels).filter(([key]) => !isSiteKey(key)));
  return (target) => {
    if (name !== undefined && name !== target.name) return `its name is not ${name}`;
    const missing = unmatchedLabels(wanted, target.labels);
    return missing.length === 0 ? null : `it does not have ${missing.join(', ')}`;
  };
}

// Only a site sets these labels, so the agent checks them.
function isSiteKey(key: string): boolean {
  return key.startsWith(siteLabelPrefix);
}
