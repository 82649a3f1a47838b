import { byPriority } from '../api/crds.ts';
import type { Resource } from '../api/kinds.ts';
import type { Resources } from '../api/resources.ts';
import type { JsonObject } from '../json.ts';
import { groupVersion } from './view.ts';

/** What the server says of its version. */
export const version: JsonObject = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3+embedded',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: 'linux/amd64',
};

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const subVerbs = ['get', 'patch', 'update'];

/** The content type of aggregated discovery. */
export const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** The answer to a discovery path; undefined when the path is none. */
export function discovery(
  path: string,
  accept: string,
  resources: Resources,
): { readonly body: JsonObject; readonly type?: string } | undefined {
  const aggregated = accept.includes('g=apidiscovery.k8s.io') && accept.includes('v=v2;');
  if (path === '/api') return aggregated ? aggregatedAnswer(resources, true) : { body: legacyVersions() };
  if (path === '/apis') return aggregated ? aggregatedAnswer(resources, false) : { body: groupList(resources) };
  const [, root, ...parts] = path.split('/');
  if (root === 'api') return path === '/api/v1' ? { body: resourceList('', 'v1', resources) } : undefined;
  return root === 'apis' && parts.length <= 2 ? groupAnswer(resources, parts) : undefined;
}

function groupAnswer(
  resources: Resources,
  [group = '', version]: readonly string[],
): { readonly body: JsonObject } | undefined {
  if (!groupsOf(resources).has(group)) return undefined;
  if (version === undefined) return { body: { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, resources) } };
  return versionsOf(group, resources).includes(version) ? { body: resourceList(group, version, resources) } : undefined;
}

/** Resources that only take requests and store nothing. */
const virtual: readonly { readonly group: string; readonly kind: string; readonly plural: string }[] = [
  { group: 'authorization.k8s.io', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' },
  { group: 'authentication.k8s.io', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' },
];

function legacyVersions(): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
}

function groupsOf(resources: Resources): Set<string> {
  const groups = resources.all().map((resource) => resource.group);
  return new Set([...groups, ...virtual.map(({ group }) => group)].filter((group) => group !== ''));
}

function versionsOf(group: string, resources: Resources): readonly string[] {
  const versions = resources.all().flatMap((resource) => (resource.group === group ? resource.versions : []));
  return byPriority([...new Set([...versions, ...virtual.filter((row) => row.group === group).map(() => 'v1')])]);
}

function groupEntry(group: string, resources: Resources): JsonObject {
  const versions = versionsOf(group, resources).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function groupList(resources: Resources): JsonObject {
  const groups = [...groupsOf(resources)].map((group) => groupEntry(group, resources));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

function served(group: string, version: string, resources: Resources): readonly Resource[] {
  return resources.all().filter((resource) => resource.group === group && resource.versions.includes(version));
}

function resourceList(group: string, version: string, resources: Resources): JsonObject {
  const rows = served(group, version, resources).flatMap((resource) => [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs,
      ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
      ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    },
    ...(resource.status
      ? [
          {
            name: `${resource.plural}/status`,
            singularName: '',
            namespaced: resource.namespaced,
            kind: resource.kind,
            verbs: subVerbs,
          },
        ]
      : []),
    ...(resource.scale === undefined
      ? []
      : [
          {
            name: `${resource.plural}/scale`,
            singularName: '',
            namespaced: resource.namespaced,
            group: 'autoscaling',
            version: 'v1',
            kind: 'Scale',
            verbs: subVerbs,
          },
        ]),
  ]);
  const reviews = virtual
    .filter((row) => row.group === group)
    .map(({ kind, plural }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced: false,
      kind,
      verbs: ['create'],
    }));
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: [...rows, ...reviews],
  };
}

function aggregatedAnswer(resources: Resources, core: boolean): { readonly body: JsonObject; readonly type: string } {
  const groups = core ? [''] : [...groupsOf(resources)];
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: (group === '' ? ['v1'] : versionsOf(group, resources)).map((version) => ({
      version,
      freshness: 'Current',
      resources: [
        ...served(group, version, resources).map((resource) => aggregatedResource(resource, version)),
        ...reviewsOf(group),
      ],
    })),
  }));
  return {
    body: { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items },
    type: aggregatedType,
  };
}

function reviewsOf(group: string): readonly JsonObject[] {
  return virtual
    .filter((row) => row.group === group)
    .map(({ kind, plural }) => ({
      resource: plural,
      responseKind: { group, version: 'v1', kind },
      scope: 'Cluster',
      singularResource: kind.toLowerCase(),
      verbs: ['create'],
    }));
}

function aggregatedResource(resource: Resource, version: string): JsonObject {
  const responseKind = { group: resource.group, version, kind: resource.kind };
  const subresources = [
    ...(resource.status ? [{ subresource: 'status', responseKind, verbs: subVerbs }] : []),
    ...(resource.scale === undefined
      ? []
      : [
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: subVerbs,
          },
        ]),
  ];
  return {
    resource: resource.plural,
    responseKind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs,
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

/** The OpenAPI v3 index, or the document of one group version; undefined when the path names none. */
export function openapiV3(path: string, resources: Resources): JsonObject | undefined {
  const versions = new Set(
    resources.all().flatMap((resource) => resource.versions.map((version) => groupVersion(resource, version))),
  );
  const rootOf = (name: string): string => (name.includes('/') ? `apis/${name}` : `api/${name}`);
  if (path === '/openapi/v3') {
    const paths = [...versions].map(
      (name) => [rootOf(name), { serverRelativeURL: `/openapi/v3/${rootOf(name)}` }] as const,
    );
    return { paths: Object.fromEntries(paths) };
  }
  const name = [...versions].find((candidate) => path === `/openapi/v3/${rootOf(candidate)}`);
  if (name === undefined) return undefined;
  const [group, version] = name.includes('/') ? (name.split('/') as [string, string]) : ['', name];
  const rows = served(group, version, resources);
  const paths = rows.map(
    (resource) => [pathOf(resource, version), { patch: patchOperation(resource, version) }] as const,
  );
  const schemas = rows.map(
    (resource) =>
      [
        schemaName(resource, version),
        { ...kindSchema(resource), 'x-kubernetes-group-version-kind': [gvk(resource, version)] },
      ] as const,
  );
  const head = { openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.36.3' } };
  return { ...head, paths: Object.fromEntries(paths), components: { schemas: Object.fromEntries(schemas) } };
}

function gvk(resource: Resource, version: string): JsonObject {
  return { group: resource.group, version, kind: resource.kind };
}

function schemaName(resource: Resource, version: string): string {
  return `${resource.group === '' ? 'core' : resource.group}.${version}.${resource.kind}`;
}

function kindSchema(resource: Resource): JsonObject {
  return resource.openapi === undefined || Object.keys(resource.openapi).length === 0
    ? { type: 'object', description: resource.kind, 'x-kubernetes-preserve-unknown-fields': true }
    : resource.openapi;
}

function pathOf(resource: Resource, version: string): string {
  const root = resource.group === '' ? `/api/${version}` : `/apis/${resource.group}/${version}`;
  return `${root}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}/{name}`;
}

/** Tells kubectl that the server validates fields, so that it does not try to do that with a schema of its own. */
function patchOperation(resource: Resource, version: string): JsonObject {
  const parameter = (name: string): JsonObject => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  });
  const media = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];
  return {
    parameters: ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map(parameter),
    requestBody: { content: Object.fromEntries(media.map((type) => [type, { schema: { type: 'object' } }])) },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': gvk(resource, version),
  };
}
