import type { State } from '../model/state.ts';

/** The revisions (`namespace/NAME-vN`) that failed to render in the last pass and that are in the bundle of no cluster. */
export function unrenderedRevisions({ bundles, problems }: Pick<State, 'bundles' | 'problems'>): Set<string> {
  const sent = new Set(
    [...bundles.values()].flatMap(({ revision }) =>
      revision.apps.flatMap(({ namespace, revisions }) => revisions.map(({ name }) => `${namespace}/${name}`)),
    ),
  );
  return new Set(problems.flatMap(({ revision }) => (revision === undefined || sent.has(revision) ? [] : [revision])));
}
