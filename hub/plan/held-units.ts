import { appKey, splitKey } from '../../shared/wire/bundle.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { keepsContent, type FoundHold } from '../model/hold.ts';
import type { PlanState } from './input.ts';

type Held = Pick<FoundHold, 'app' | 'cluster' | 'by'>;

/** The units whose content some holds keep on a cluster: one of them, or without a name all that its bundle has. */
export function heldUnits(
  holds: readonly Held[],
  cluster: string,
  { bundles }: Pick<PlanState, 'bundles'>,
): Set<string> {
  const kept = keptByCluster(holds);
  const here = [...(kept.get(null) ?? []), ...(kept.get(cluster) ?? [])];
  const all = () => (bundles.get(cluster)?.revision.apps ?? []).map(appKey);
  // What holds an application holds it in each namespace that it goes to.
  const of = (app: string) => [app, ...all().filter((key) => splitKey(key).app === app)];
  return new Set(here.flatMap(({ app }) => (app === null ? all() : of(app))));
}

const keptByCluster = oncePerValue((holds: readonly Held[]) =>
  Map.groupBy(holds.filter(keepsContent), ({ cluster }) => cluster),
);
