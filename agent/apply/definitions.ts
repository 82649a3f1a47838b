import type { Code } from '../../shared/errors.ts';
import { groupKindOf, parseObjectId, type GroupKind } from '../../shared/model/object.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { indexOf } from '../model/app-index.ts';
import type { Live, LiveView } from '../model/live.ts';

const definitionKind: GroupKind = 'apiextensions.k8s.io/CustomResourceDefinition';

/** Since when kinds wait for the definition beside them, by the monotonic clock. */
export type DefinitionWaits = Map<GroupKind, number>;

/** A definition is served within seconds after it was made; after this long, objects of the kind are tried, and say why they fail. */
export const definitionWaitMs = 60_000;

/** The kinds whose objects wait now for the definition beside them, remembered since when. */
export function kindsToDefine(
  waits: DefinitionWaits,
  facts: {
    readonly apps: readonly BundleApp[];
    readonly live: Pick<LiveView, 'isSynced' | 'troubles'>;
    readonly at: number;
  },
): ReadonlySet<GroupKind> {
  return rememberWaits(waits, undefinedKinds(facts.apps, facts.live, facts.live.troubles()), facts.at);
}

/**
 * The kinds that these applications define themselves and that are not served yet: their objects wait for the definition,
 * instead of failing first. The definition of a kind is known by its group, which ends its name.
 */
export function undefinedKinds(
  apps: readonly BundleApp[],
  live: Pick<Live, 'isSynced'>,
  troubles: ReadonlyMap<GroupKind, { readonly code: Code }>,
): Set<GroupKind> {
  const definitions = apps
    .filter((app) => indexOf(app).kinds.has(definitionKind))
    .flatMap((app) => app.objects.map(({ id }) => id).filter((id) => groupKindOf(id) === definitionKind));
  const groups = new Set(definitions.map((id) => groupOfDefinition(parseObjectId(id).name)));
  const waiting = new Set<GroupKind>();
  if (groups.size === 0) return waiting;
  for (const { id } of apps.flatMap((app) => app.objects)) {
    const kind = groupKindOf(id);
    if (!groups.has(parseObjectId(id).group) || live.isSynced(id)) continue;
    const trouble = troubles.get(kind);
    if (trouble === undefined || trouble.code === 'KIND_UNKNOWN') waiting.add(kind);
  }
  return waiting;
}

/** Remembers since when kinds wait, and answers those that have not waited too long. */
export function rememberWaits(
  waits: DefinitionWaits,
  kinds: ReadonlySet<GroupKind>,
  at: number,
): ReadonlySet<GroupKind> {
  for (const kind of [...waits.keys()]) if (!kinds.has(kind)) waits.delete(kind);
  for (const kind of kinds) if (!waits.has(kind)) waits.set(kind, at);
  return new Set([...kinds].filter((kind) => at - (waits.get(kind) ?? at) < definitionWaitMs));
}

/** `agg.example.com` of `widgets.agg.example.com`. */
function groupOfDefinition(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
