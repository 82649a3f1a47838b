import type { Traffic } from '../../model/documents.ts';
import type { RenderFault } from '../../model/fault.ts';
import type { PlacedRevision } from './services.ts';

/**
 * The targets that have weight and no replicas on a cluster: their share of the traffic would reach no pod. Where every
 * target of a rule has none, all of it is scaled to zero on purpose, and no other split would serve anything.
 */
export function unservedFaults(traffic: Traffic, revisions: readonly PlacedRevision[]): readonly RenderFault[] {
  return traffic.http.flatMap(({ weightedTargets }, rule) => {
    const here = weightedTargets.flatMap((target, index) => {
      const placed = revisions.find(({ name }) => name === target.revisionName);
      if (placed === undefined) return [];
      return [{ target, index, replicas: placed.served(target.componentName)?.replicas ?? null }];
    });
    if (here.every(({ replicas }) => replicas === 0)) return [];
    return here
      .filter(({ target: { weight = 0 }, replicas }) => weight > 0 && replicas === 0)
      .map(({ target: { revisionName, componentName, weight }, index }) => ({
        code: 'WEIGHTS_INVALID',
        message: `${revisionName} gets ${weight} % of the traffic, and ${componentName} has 0 replicas there`,
        path: ['spec', 'traffic', 'http', rule, 'weightedTargets', index, 'weight'],
        hint: 'give it replicas, or weight 0',
      }));
  });
}
