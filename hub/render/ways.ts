import { docKey, type Application } from '../model/documents.ts';
import type { RevisionHistory } from '../model/fleet.ts';
import { goesBack, hasCopySteps, saysDelivery } from '../workflow/compile.ts';
import { contentNumbers, hasCopies } from './copy-names.ts';
import { revisionBefore } from './revisions.ts';

/** What documents, and the revisions that were recorded, say of the ways of Applications. */
export function recordedWays<P>(revisions: Pick<RevisionHistory, 'revisions'>, programOf: (doc: Application) => P) {
  return {
    /** Of a document that says how it is delivered, and where a component has, or had, a copy. */
    programOf: (doc: Application) => (saysDelivery(doc) || hasCopies(revisions, docKey(doc)) ? programOf(doc) : null),
    copiesOf: (doc: Application) => {
      const app = docKey(doc);
      return hasCopySteps(doc) || hasCopies(revisions, app) ? contentNumbers(revisions, app) : null;
    },
    beforeOf: (doc: Application) => (goesBack(doc) ? revisionBefore(revisions, doc) : null),
  };
}
