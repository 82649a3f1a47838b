import { docKey, isRevisionOnly, namespaceOf } from '../model/documents.ts';
import type { Place, Problem } from '../model/source.ts';
import type { PlaceInput } from './types.ts';

/**
 * A warning for every Application whose newest revision is recorded and runs nowhere, because no ApplicationDeployment lists
 * it: after a change of an image it says which name to list, and where. Pure.
 */
export function unusedRevisions({ fleet, history }: Pick<PlaceInput, 'fleet' | 'history'>): Problem[] {
  const lists = fleet.deployments.flatMap((deployment) =>
    deployment.doc.spec.appRevisions.map(({ revisionName }) => ({
      deployment,
      app: `${namespaceOf(deployment.doc)}/${revisionName.replace(/-v\d+$/, '')}`,
      revision: revisionName,
    })),
  );
  const listings = Map.groupBy(lists, ({ app }) => app);
  return fleet.applications.flatMap((sourced) => {
    const app = docKey(sourced.doc);
    const newest = history.newest.get(app);
    const listing = listings.get(app) ?? [];
    const [first] = listing;
    if (newest === undefined || listing.some(({ revision }) => revision === newest)) return [];
    // Without a deployment only those run nothing that only record; what a broken deployment lists is not known.
    if (first === undefined) {
      const isKnown = isRevisionOnly(sourced.doc) && fleet.recordOnly?.has(app) !== true;
      return isKnown ? [warning(app, newest, sourced.locate(['metadata', 'name']), null)] : [];
    }
    // A name that was never recorded is most likely meant to be the newest: that is an error of its own.
    const recorded = new Set((history.revisions.get(app) ?? []).map(({ name }) => name));
    if (listing.some(({ revision }) => !recorded.has(revision))) return [];
    const { deployment } = first;
    return [warning(app, newest, deployment.locate(['spec', 'appRevisions']), docKey(deployment.doc))];
  });
}

function warning(app: string, revision: string, place: Place, deployment: string | null): Problem {
  const where = deployment === null ? 'an ApplicationDeployment' : `ApplicationDeployment ${deployment}`;
  return {
    code: 'REVISION_UNUSED',
    severity: 'warning',
    message: `${revision} is recorded and nothing runs it`,
    place,
    hint: `list it in spec.appRevisions of ${where}`,
    app,
  };
}
