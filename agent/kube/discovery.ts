import { isSluiceError } from '../../shared/errors.ts';
import type { KubeResource } from '../model/kube.ts';
import type { Session } from './session.ts';

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** What a server says that it serves. */
export interface Discovery {
  readonly resources: readonly KubeResource[];
  /** Groups of which that is not known now: their own API server does not answer. */
  readonly silent: ReadonlySet<string>;
}

/** Every served resource, the server's preferred version of a group first: two requests where aggregated discovery is served. */
export async function discover(session: Session, signal: AbortSignal): Promise<Discovery> {
  const [core, groups] = await Promise.all([
    session.json({ path: '/api', accept: aggregated, signal }),
    session.json({ path: '/apis', accept: aggregated, signal }),
  ]);
  if (isAggregated(core) && isAggregated(groups)) {
    const all = [...core.items, ...groups.items];
    return { resources: all.flatMap(fromAggregated), silent: new Set(all.filter(isStale).map(nameOf)) };
  }
  return await discoverOneByOne(session, core as LegacyVersions, groups as LegacyGroups, signal);
}

interface AggregatedList {
  readonly kind: 'APIGroupDiscoveryList';
  readonly items: readonly AggregatedGroup[];
}

interface AggregatedGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    readonly freshness?: string;
    readonly resources?: readonly AggregatedResource[];
  }[];
}

interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string };
  readonly scope?: string;
  readonly verbs?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string }[];
}

function isAggregated(value: unknown): value is AggregatedList {
  return (value as { kind?: unknown } | null)?.kind === 'APIGroupDiscoveryList';
}

function isStale({ versions = [] }: AggregatedGroup): boolean {
  return versions.some(({ freshness }) => freshness === 'Stale');
}

function nameOf({ metadata }: AggregatedGroup): string {
  return metadata?.name ?? '';
}

function fromAggregated({ metadata, versions = [] }: AggregatedGroup): KubeResource[] {
  return versions.flatMap(({ version, resources = [] }) =>
    resources.map((found) => ({
      group: metadata?.name ?? '',
      version,
      kind: found.responseKind?.kind ?? '',
      plural: found.resource,
      namespaced: found.scope === 'Namespaced',
      verbs: found.verbs ?? [],
      subresources: (found.subresources ?? []).map(({ subresource }) => subresource),
    })),
  );
}

interface LegacyVersions {
  readonly versions?: readonly string[];
}

interface LegacyGroups {
  readonly groups?: readonly {
    readonly name: string;
    readonly versions: readonly { readonly version: string }[];
    readonly preferredVersion?: { readonly version: string };
  }[];
}

interface LegacyResources {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs?: readonly string[];
  }[];
}

async function discoverOneByOne(
  session: Session,
  core: LegacyVersions,
  { groups = [] }: LegacyGroups,
  signal: AbortSignal,
): Promise<Discovery> {
  const wanted = (core.versions ?? []).map((version) => ({ group: '', version, path: `/api/${version}` }));
  for (const { name, versions, preferredVersion } of groups) {
    const preferredFirst = [...versions].sort(
      (a, b) => Number(b.version === preferredVersion?.version) - Number(a.version === preferredVersion?.version),
    );
    for (const { version } of preferredFirst) wanted.push({ group: name, version, path: `/apis/${name}/${version}` });
  }
  const silent = new Set<string>();
  const lists = await Promise.all(
    wanted.map(async ({ group, version, path }) => {
      const list = await listOf(session, path, signal);
      if (list === null) silent.add(group);
      return fromLegacy(group, version, list ?? {});
    }),
  );
  return { resources: lists.flat(), silent };
}

/** The resources of a group that was named; null where it does not answer: its own server is down, and must not hide the others. */
async function listOf(session: Session, path: string, signal: AbortSignal): Promise<LegacyResources | null> {
  try {
    return (await session.json({ path, signal })) as LegacyResources;
  } catch (error) {
    if (isSluiceError(error, 'UNAVAILABLE', 'TIMEOUT', 'KIND_UNKNOWN', 'NOT_FOUND')) return null;
    throw error;
  }
}

function fromLegacy(group: string, version: string, { resources = [] }: LegacyResources): KubeResource[] {
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs = [] }) => ({
      group,
      version,
      kind,
      plural: name,
      namespaced,
      verbs,
      subresources: resources
        .filter((other) => other.name.startsWith(`${name}/`))
        .map((other) => other.name.slice(name.length + 1)),
    }));
}
