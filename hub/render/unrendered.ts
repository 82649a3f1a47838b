import type { State } from '../model/state.ts';

/** The revisions (`namespace/NAME-vN`) that failed to render in the last pass and that are in the bundle of no cluster. */
export function unrenderedRevisions({ bundles, problems }: Pick<State, 'bundles' | 'problems'>): Set<string> {
  const failed = new Set(problems.flatMap(({ revision }) => revision ?? []));
  // Most of the time none failed, and the fleet need not be looked through.
  if (failed.size === 0) return failed;
  for (const { revision } of bundles.values()) {
    for (const { namespace, revisions } of revision.apps) {
      for (const { name } of revisions) failed.delete(`${namespace}/${name}`);
    }
  }
  return failed;
}
