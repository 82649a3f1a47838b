import { docKey, isRevisionOnly, namespaceOf } from '../model/documents.ts';
import type { Problem } from '../model/source.ts';
import type { PlaceInput } from './types.ts';

/**
 * A warning for every Application whose newest revision is recorded and runs nowhere, because no ApplicationDeployment lists
 * it: whoever changed an image and sees no change is told which name to list, and where. Pure.
 */
export function unusedRevisions({ fleet, history }: Pick<PlaceInput, 'fleet' | 'history'>): Problem[] {
  const lists = fleet.deployments.flatMap((deployment) =>
    deployment.doc.spec.appRevisions.map(({ revisionName }) => ({
      deployment,
      app: `${namespaceOf(deployment.doc)}/${revisionName.replace(/-v\d+$/, '')}`,
      revision: revisionName,
    })),
  );
  return fleet.applications.flatMap(({ doc, locate }) => {
    const app = docKey(doc);
    const newest = history.newest.get(app);
    const listing = lists.filter((one) => one.app === app);
    if (newest === undefined || listing.some(({ revision }) => revision === newest)) return [];
    // A name that was never recorded is most likely meant to be the newest: that is an error of its own.
    const recorded = new Set((history.revisions.get(app) ?? []).map(({ name }) => name));
    if (listing.some(({ revision }) => !recorded.has(revision))) return [];
    if (listing.length === 0 && !isRevisionOnly(doc)) return [];
    // A deployment that is broken may list it: what it says is not known.
    if (listing.length === 0 && fleet.recordOnly?.has(app) === true) return [];
    const by = listing[0]?.deployment;
    return [
      {
        code: 'REVISION_UNUSED',
        severity: 'warning',
        message: `${newest} is recorded and nothing runs it`,
        place: by === undefined ? locate(['metadata', 'name']) : by.locate(['spec', 'appRevisions']),
        hint:
          by === undefined
            ? 'list it in spec.appRevisions of an ApplicationDeployment'
            : `list it in spec.appRevisions of ApplicationDeployment ${docKey(by.doc)}`,
        app,
      },
    ];
  });
}
