import type { HttpMatch, Traffic } from '../../model/documents.ts';
import { normalise } from '../weights.ts';

/** One weighted way of a rule on one cluster. */
export interface Way {
  readonly revision: string;
  readonly component: string;
  readonly service: string;
  readonly port: number;
  /** Share of this rule's traffic; the ways of a rule add up to 100. */
  readonly weight: number;
}

/** One rule on one cluster, with the ways whose revision is placed there. */
export interface Rule {
  readonly match: readonly HttpMatch[];
  readonly ways: readonly Way[];
}

/** What a cluster knows of the revisions that traffic names. */
export interface Placement {
  /** Replicas of each revision that is placed here; null when nothing says how many. */
  readonly replicas: ReadonlyMap<string, number | null>;
  readonly service: (revision: string, component: string) => string;
}

/**
 * The rules of a cluster. Targets whose revision is not placed here are left out and the rest normalised to 100.
 * Where weights do not count (`byReplicas`), or none are given, replicas say the shares.
 */
export function rulesOn(
  traffic: Traffic,
  placement: Placement,
  byReplicas: boolean,
): { readonly rules: readonly Rule[]; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const rules: Rule[] = [];
  traffic.http.forEach(({ match = [], weightedTargets }, index) => {
    const here = weightedTargets.filter(({ revisionName }) => placement.replicas.has(revisionName));
    const away = weightedTargets.filter((target) => !here.includes(target)).map(({ revisionName }) => revisionName);
    if (here.length === 0) {
      notes.push(`traffic rule ${index + 1} is left out: none of its revisions is placed here`);
      return;
    }
    if (away.length > 0) {
      const others = byReplicas ? '' : ', the other weights are raised to 100';
      notes.push(`traffic rule ${index + 1}: ${[...new Set(away)].join(', ')} is not placed here${others}`);
    }
    const isWeighted = here.some(({ weight }) => weight !== undefined);
    if (byReplicas && isWeighted && here.length > 1) {
      notes.push(`traffic rule ${index + 1}: an Ingress has no weights, the replicas decide the split`);
    }
    const shares = here.map(({ revisionName, weight }) =>
      byReplicas || !isWeighted ? (placement.replicas.get(revisionName) ?? 1) : (weight ?? 0),
    );
    const weights = normalise(shares);
    const ways = here.map((target, place) => ({
      revision: target.revisionName,
      component: target.componentName,
      service: placement.service(target.revisionName, target.componentName),
      port: target.port,
      weight: weights[place] ?? 0,
    }));
    rules.push({ match, ways });
  });
  return { rules, notes };
}
