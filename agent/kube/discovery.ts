import { isSluiceError } from '../../shared/errors.ts';
import type { KubeResource } from '../model/kube.ts';
import type { Session } from './session.ts';

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** Every served resource, the server's preferred version of a group first: two requests where aggregated discovery is served. */
export async function discover(session: Session, signal: AbortSignal): Promise<readonly KubeResource[]> {
  const [core, groups] = await Promise.all([
    session.json({ path: '/api', accept: aggregated, signal }),
    session.json({ path: '/apis', accept: aggregated, signal }),
  ]);
  if (isAggregated(core) && isAggregated(groups)) return [...core.items, ...groups.items].flatMap(fromAggregated);
  return await discoverOneByOne(session, core as LegacyVersions, groups as LegacyGroups, signal);
}

interface AggregatedList {
  readonly kind: 'APIGroupDiscoveryList';
  readonly items: readonly AggregatedGroup[];
}

interface AggregatedGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly { readonly version: string; readonly resources?: readonly AggregatedResource[] }[];
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
): Promise<readonly KubeResource[]> {
  const wanted = (core.versions ?? []).map((version) => ({ group: '', version, path: `/api/${version}` }));
  for (const { name, versions, preferredVersion } of groups) {
    const preferredFirst = [...versions].sort(
      (a, b) => Number(b.version === preferredVersion?.version) - Number(a.version === preferredVersion?.version),
    );
    for (const { version } of preferredFirst) wanted.push({ group: name, version, path: `/apis/${name}/${version}` });
  }
  const lists = await Promise.all(
    wanted.map(async ({ group, version, path }) => fromLegacy(group, version, await listOf(session, path, signal))),
  );
  return lists.flat();
}

/** A group whose own server is down must not hide the others. */
async function listOf(session: Session, path: string, signal: AbortSignal): Promise<LegacyResources> {
  try {
    return (await session.json({ path, signal })) as LegacyResources;
  } catch (error) {
    if (isSluiceError(error, 'UNAVAILABLE', 'KIND_UNKNOWN', 'NOT_FOUND')) return {};
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
