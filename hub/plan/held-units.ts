import { appKey, splitKey } from '../../shared/wire/bundle.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Revision } from '../../shared/wire/revision.ts';
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
  if (here.length === 0) return new Set();
  const revision = bundles.get(cluster)?.revision;
  const all = (): readonly string[] => (revision === undefined ? [] : revision.apps.map(appKey));
  // What holds an application holds it in each namespace that it goes to.
  const elsewhere = (app: string) => (revision === undefined ? [] : (targetsIn(revision).get(app) ?? []));
  return new Set(here.flatMap(({ app }) => (app === null ? all() : [app, ...elsewhere(app)])));
}

/** The units that go to another namespace than their own, by application: most bundles have none. */
const targetsIn = oncePerValue(({ apps }: Pick<Revision, 'apps'>): ReadonlyMap<string, readonly string[]> => {
  const keys = apps.filter(({ target }) => target !== undefined).map(appKey);
  return keys.length === 0 ? none : Map.groupBy(keys, (key) => splitKey(key).app);
});

const none: ReadonlyMap<string, readonly string[]> = new Map();

const keptByCluster = oncePerValue((holds: readonly Held[]) =>
  Map.groupBy(holds.filter(keepsContent), ({ cluster }) => cluster),
);
