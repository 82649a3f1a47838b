import type { HttpMatch, Traffic } from '../../model/documents.ts';
import type { TrafficProvider } from '../../../shared/model/traffic.ts';
import { normalise } from '../weights.ts';

/** One weighted backend of a rule on one cluster. */
export interface Backend {
  readonly revision: string;
  readonly component: string;
  /** The Service that the traffic object leads to. */
  readonly service: string;
  readonly port: number;
  /** Share of this rule's traffic; the backends of a rule add up to 100. */
  readonly weight: number;
}

/** One rule on one cluster, with the backends whose revision is placed there. */
export interface Rule {
  readonly match: readonly HttpMatch[];
  readonly backends: readonly Backend[];
}

/** The revisions of a deployment on a cluster, and the Services that lead to them. */
export interface Placement {
  /** Replicas of each revision that is placed here; null where the placement does not set them. */
  readonly replicas: ReadonlyMap<string, number | null>;
  readonly service: (revision: string, component: string) => string;
  /** The Service over all revisions: for kinds without weights, where the replicas behind one Service decide the split. */
  readonly sharedService: (revision: string, component: string) => string;
}

/**
 * The rules of a cluster. Targets whose revision is not placed here are left out and the rest normalised to 100.
 * Where the provider has no weights, or none are given, replicas say the shares; without weights, a rule with matches
 * leads to the Service over all revisions.
 */
export function rulesOn(
  traffic: Traffic,
  placement: Placement,
  provider: TrafficProvider,
): { readonly rules: readonly Rule[]; readonly notes: readonly string[] } {
  const byReplicas = !provider.hasWeights;
  const notes: string[] = [];
  const rules: Rule[] = [];
  traffic.http.forEach(({ match = [], weightedTargets }, index) => {
    const here = weightedTargets.filter(({ revisionName }) => placement.replicas.has(revisionName));
    const elsewhere = weightedTargets
      .filter((target) => !here.includes(target))
      .map(({ revisionName }) => revisionName);
    if (here.length === 0) {
      notes.push(`traffic rule ${index + 1} is left out: none of its revisions is placed here`);
      return;
    }
    if (elsewhere.length > 0) {
      const others = byReplicas ? '' : ', the other weights are raised to 100';
      notes.push(`traffic rule ${index + 1}: ${[...new Set(elsewhere)].join(', ')} is not placed here${others}`);
    }
    const isWeighted = here.some(({ weight }) => weight !== undefined);
    if (byReplicas && isWeighted && here.length > 1) {
      notes.push(
        `traffic rule ${index + 1}: ${withArticle(provider.kind)} has no weights, the replicas decide the split`,
      );
    }
    const shares = here.map(({ revisionName, weight }) =>
      byReplicas || !isWeighted ? (placement.replicas.get(revisionName) ?? 1) : (weight ?? 0),
    );
    const weights = normalise(shares);
    const service = byReplicas && match.length > 0 ? placement.sharedService : placement.service;
    const backends = here.map((target, place) => ({
      revision: target.revisionName,
      component: target.componentName,
      service: service(target.revisionName, target.componentName),
      port: target.port,
      weight: weights[place] ?? 0,
    }));
    rules.push({ match, backends });
  });
  return { rules, notes };
}

function withArticle(kind: string): string {
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
}
