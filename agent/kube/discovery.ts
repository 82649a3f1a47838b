import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import type { KubeResource } from '../model/kube.ts';
import type { Session } from './session.ts';

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** What a server says that it serves. */
export interface Discovery {
  readonly resources: readonly KubeResource[];
  /** Groups of which that is not known now: their own API server does not answer, or they are listed without a resource. */
  readonly silent: ReadonlySet<string>;
}

/**
 * Every served resource, the server's preferred version of a group first: two requests where aggregated discovery is served.
 * Throws UNAVAILABLE for what says nothing of its own resources: taken for an answer, it would say that no object exists.
 */
export async function discover(session: Session, signal: AbortSignal): Promise<Discovery> {
  const halves = await Promise.all([discoverAt(session, '/api', signal), discoverAt(session, '/apis', signal)]);
  const resources = halves.flatMap((half) => half.resources);
  if (!resources.some(({ group }) => group === '')) throw notDiscovery('/api');
  return { resources, silent: new Set(halves.flatMap(({ silent }) => [...silent])) };
}

/** One half: servers of two versions behind one address may answer each in a form of its own. */
async function discoverAt(session: Session, path: '/api' | '/apis', signal: AbortSignal): Promise<Discovery> {
  const answer = await session.json({ path, accept: aggregated, signal });
  if (isAggregated(answer)) {
    const resources = answer.items.flatMap(fromAggregated);
    return { resources, silent: new Set(answer.items.filter(isSilent).map(nameOf)) };
  }
  return await discoverOneByOne(session, documentsIn(answer, path), signal);
}

function notDiscovery(path: string): SluiceError {
  return new SluiceError('UNAVAILABLE', 'the API server does not say which kinds it serves', {
    subject: `GET ${path}`,
    hint: 'see whether it is still starting, or whether a proxy answers in its place',
  });
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
  const { kind, items } = (value ?? {}) as { readonly kind?: unknown; readonly items?: unknown };
  return kind === 'APIGroupDiscoveryList' && Array.isArray(items);
}

function isSilent({ versions = [] }: AggregatedGroup): boolean {
  const isEmpty = versions.every(({ resources = [] }) => resources.length === 0);
  return isEmpty || versions.some(({ freshness }) => freshness === 'Stale');
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
  readonly versions: readonly string[];
}

interface LegacyGroups {
  readonly groups: readonly {
    readonly name: string;
    readonly versions: readonly { readonly version: string }[];
    readonly preferredVersion?: { readonly version: string };
  }[];
}

/** What one version of a group serves, as its own document says. */
export interface LegacyResources {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs?: readonly string[];
  }[];
}

interface GroupDocument {
  readonly group: string;
  readonly version: string;
  readonly path: string;
}

/** The documents of the single groups that an older answer names, preferred versions first. */
function documentsIn(answer: unknown, path: '/api' | '/apis'): GroupDocument[] {
  const { versions, groups } = (answer ?? {}) as Partial<LegacyVersions & LegacyGroups>;
  if (path === '/api' && Array.isArray(versions))
    return (versions as LegacyVersions['versions']).map((version) => documentOf('', version));
  if (path === '/apis' && Array.isArray(groups)) return (groups as LegacyGroups['groups']).flatMap(documentsOf);
  throw notDiscovery(path);
}

function documentsOf({ name, versions, preferredVersion }: LegacyGroups['groups'][number]): GroupDocument[] {
  const isPreferred = ({ version }: { readonly version: string }) => Number(version === preferredVersion?.version);
  const preferredFirst = [...versions].sort((a, b) => isPreferred(b) - isPreferred(a));
  return preferredFirst.map(({ version }) => documentOf(name, version));
}

/** Where the resources of one version of a group are told. */
export function documentOf(group: string, version: string): GroupDocument {
  return { group, version, path: group === '' ? `/api/${version}` : `/apis/${group}/${version}` };
}

async function discoverOneByOne(
  session: Session,
  documents: readonly GroupDocument[],
  signal: AbortSignal,
): Promise<Discovery> {
  const lists = await Promise.all(
    documents.map(async ({ group, version, path }) => {
      const list = await listOf(session, path, signal);
      return { group, resources: fromLegacy(group, version, list ?? {}), isDown: list === null };
    }),
  );
  const told = new Set(lists.filter(({ resources }) => resources.length > 0).map(({ group }) => group));
  const silent = lists.filter(({ group, isDown }) => isDown || !told.has(group)).map(({ group }) => group);
  return { resources: lists.flatMap(({ resources }) => resources), silent: new Set(silent) };
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
