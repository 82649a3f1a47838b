import type { Site } from './release.ts';
import { namespace } from './release.ts';
import { needsOf, rightsOf, type Right } from './rights.ts';

/** An RBAC profile of the agent's chart, and what it may use and need not use. */
export interface Profile {
  readonly name: string;
  /** What `helm` is told beyond the printed line. */
  readonly values: readonly string[];
  /** Labels of the cluster, which bring it what this profile allows. */
  readonly labels: Readonly<Record<string, string>>;
  readonly mayDeleteClaims: boolean;
  /** Paths of the roles whose rules the release grants. */
  readonly roles: readonly string[];
  /** Requests that are refused by design, with the reason. */
  readonly refused: Readonly<Record<string, string>>;
  /** Rights that are granted and need not be used, with the reason. */
  readonly unused: Readonly<Record<Right, string>>;
}

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const own = [
  `${rbac}/namespaces/${namespace}/roles/sluice-agent`,
  `${rbac}/clusterroles/sluice-agent-${namespace}-identity`,
];
const definitions = ['apiextensions.k8s.io/customresourcedefinitions', 'apiregistration.k8s.io/apiservices'];
/** Only where a retired object's kind is not served: no journey comes there. */
const notServed: Readonly<Record<Right, string>> = Object.fromEntries(
  definitions.flatMap((resource) =>
    ['get', 'list'].map((verb) => [`${verb} ${resource} in *`, 'tells a kind that is gone from one that will be back']),
  ),
);

/** What is kept of what runs is read after bad days; small clusters need the first Secret of each head alone, and delete none. */
const keptRights: Readonly<Record<Right, string>> = Object.fromEntries(
  Object.entries({ head: 3, base: 5 }).flatMap(([what, parts]) =>
    ['a', 'b'].flatMap((set) =>
      Array.from({ length: parts }, (_, part) => `/secrets/sluice-kept-${what}-${set}-${part} in ${namespace}`).flatMap(
        (secret) =>
          ['get', 'update', 'delete'].map((verb) => [`${verb} ${secret}`, 'for bad days and large clusters'] as const),
      ),
    ),
  ),
);
const spare = { ...notServed, ...keptRights };

/** The profiles that the journeys are run with. */
export const profiles = {
  namespaced: {
    name: 'namespaced',
    values: [],
    labels: {},
    mayDeleteClaims: false,
    roles: [...own, `${rbac}/namespaces/default/roles/sluice-agent-${namespace}`],
    refused: {
      'delete /api/v1/namespaces/default/persistentvolumeclaims/kinds':
        'without rbac.deleteClaims an approved deletion of a claim is refused: the release is the last guard',
    },
    unused: spare,
  },
  scoped: {
    name: 'scoped, with Secrets and deletion of claims',
    values: ['--set', 'rbac.profile=scoped', '--set', 'rbac.secrets=true', '--set', 'rbac.deleteClaims=true'],
    labels: { wide: 'yes', secrets: 'yes' },
    mayDeleteClaims: true,
    roles: [...own, `${rbac}/clusterroles/sluice-agent-${namespace}`],
    refused: {},
    unused: spare,
  },
  'cluster-admin': {
    name: 'cluster-admin',
    values: ['--set', 'rbac.profile=cluster-admin'],
    labels: { wide: 'yes', secrets: 'yes' },
    mayDeleteClaims: true,
    roles: [...own, `${rbac}/clusterroles/cluster-admin`],
    refused: {},
    unused: {
      ...spare,
      '* */* in *':
        'the profile is everything, by choice of whoever installs it; the other two are the ones to compare',
    },
  },
} as const satisfies Readonly<Record<string, Profile>>;

/** What the agent was refused without a reason, and what it was granted without using it or a reason. */
export async function judgeRights(
  { requests, get, excuse }: Site,
  profile: Profile,
): Promise<{ readonly refused: readonly string[]; readonly unused: readonly Right[] }> {
  const events = await requests();
  const refused = events
    .filter((event) => event.responseStatus?.code === 403 && !excuse.holds(event))
    .map(({ verb, requestURI }) => `${verb} ${new URL(requestURI, 'http://h').pathname}`)
    .filter((request) => !(request in profile.refused));
  const used = new Set(events.filter(({ responseStatus }) => responseStatus?.code !== 403).flatMap(needsOf));
  // This server streams the first state to a watch; older ones are asked for a list before it.
  const isUsed = (right: Right): boolean => used.has(right) || used.has(right.replace(/^list /, 'watch '));
  const granted = rightsOf(await Promise.all(profile.roles.map(get)));
  const unused = granted.filter((right) => !isUsed(right) && !(right in profile.unused));
  return { refused: [...new Set(refused)], unused };
}
