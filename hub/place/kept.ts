import { docKey, type ApplicationDeployment, type Placement } from '../model/documents.ts';
import { matcherOf } from './select.ts';
import type { PlaceInput } from './types.ts';

/** One placement of a deployment, and the revision that it is about. */
export interface AskedPlacement {
  readonly entry: Placement;
  readonly revision: string;
}

/**
 * Where a placement of `pick: all` stays when its selector matches no cluster any more: where its revision runs. Such a pick is
 * never recorded: what is published says it. A cluster whose revision the deployment does not list any more belongs to the first
 * placement that lost all of its clusters, unless another one takes it.
 */
export function clustersToKeep(
  { previous, targets, localCluster }: PlaceInput,
  deployment: ApplicationDeployment,
  { entry, revision }: AskedPlacement,
): readonly string[] {
  const { appRevisions } = deployment.spec;
  const placements = appRevisions.flatMap(({ placement }) => placement);
  const listed = new Set(appRevisions.map(({ revisionName }) => revisionName));
  const isTaken = (name: string) =>
    placements.some(({ clusterSelector }) => {
      if (clusterSelector === undefined) return name === localCluster;
      return targets.some((target) => target.name === name && matcherOf(clusterSelector)(target));
    });
  const isLost = ({ clusterSelector }: Placement) =>
    clusterSelector?.pick === 'all' && !targets.some(matcherOf(clusterSelector));
  const isFirst = placements.find(isLost) === entry;
  const unit = docKey(deployment);
  const runs = previous.filter((fact) => fact.unit === unit);
  const kept = runs.filter(({ cluster, revisions }) => {
    if (revisions.includes(revision)) return true;
    return isFirst && !revisions.some((name) => listed.has(name)) && !isTaken(cluster);
  });
  return kept.map(({ cluster }) => cluster).sort();
}
