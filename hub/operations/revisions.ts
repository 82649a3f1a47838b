import type { Answer, Input } from '../api/routes.ts';
import type { State } from '../model/state.ts';
import { revisionLists } from '../status/revisions.ts';
import { assertKnown } from '../status/known.ts';

/** The recorded revisions of an application, or of all, and where each runs. Throws USAGE for a name that is not known. */
export function listRevisions(
  parts: { readonly state: () => State },
  { app }: Input<'revisions'>,
): Answer<'revisions'> {
  const state = parts.state();
  assertKnown(state, { app });
  return { applications: revisionLists(state, app) };
}
