import { appKey } from '../../shared/wire/bundle.ts';
import { keepsContent, type FoundHold } from '../model/hold.ts';
import type { PlanState } from './input.ts';

/** The units whose content some holds keep on a cluster: one of them, or without a name all that its bundle has. */
export function heldUnits(
  holds: readonly Pick<FoundHold, 'app' | 'cluster' | 'by'>[],
  cluster: string,
  { bundles }: Pick<PlanState, 'bundles'>,
): Set<string> {
  const here = holds.filter((hold) => keepsContent(hold) && (hold.cluster === null || hold.cluster === cluster));
  const all = () => (bundles.get(cluster)?.revision.apps ?? []).map(appKey);
  return new Set(here.flatMap(({ app }) => (app === null ? all() : [app])));
}
