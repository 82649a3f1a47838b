import type { KubeObject } from '../../../shared/model/object.ts';
import type { Way } from './script.ts';

/** What the API server of one cluster says of the example, in the words of the demo. */
export interface Sight {
  /** By version (`v1`): the Deployment `testsvc-VERSION`. */
  readonly deployments: ReadonlyMap<string, { readonly ready: number; readonly desired: number }>;
  /** Where traffic goes; null while there is no route. */
  readonly route: Route | null;
}

export interface Route {
  readonly kind: 'VirtualService' | 'HTTPRoute' | 'Ingress';
  readonly host: string;
  readonly path: string;
  /** The Services that it names with their weights; an Ingress gives none. */
  readonly targets: readonly { readonly service: string; readonly weight: number | null }[];
}

const routeKinds: Readonly<Record<Way, Route['kind']>> = {
  istio: 'VirtualService',
  'gateway-api': 'HTTPRoute',
  ingress: 'Ingress',
};

/** Reads the sight of a cluster from its objects, which are keyed `KIND/NAME`. */
export function sightOf(objects: ReadonlyMap<string, KubeObject>, way: Way): Sight {
  const deployments = new Map<string, { ready: number; desired: number }>();
  for (const { kind, metadata, ...rest } of [...objects.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))) {
    if (kind !== 'Deployment') continue;
    const { spec, status } = rest as DeploymentFields;
    const desired = spec?.replicas ?? 0;
    deployments.set(versionOf(metadata.name), { ready: status?.readyReplicas ?? 0, desired });
  }
  const kind = routeKinds[way];
  const route = [...objects.values()].find((object) => object.kind === kind);
  return { deployments, route: route === undefined ? null : { kind, ...routeReaders[kind](route) } };
}

/**
 * The share of the traffic of each version in percent, rounded: by the weights of the route; where those are not to be had (an
 * Ingress), by ready replicas behind the one Service.
 */
export function sharesOf({ route, deployments }: Sight): ReadonlyMap<string, number> {
  if (route === null) return new Map();
  const total = sum(route.targets.map(({ weight }) => weight ?? 0));
  const pairs: [string, number][] = route.targets.some(({ weight }) => weight === null)
    ? byReplicas(deployments)
    : route.targets.map(({ service, weight }) => [versionOf(service), (100 * (weight ?? 0)) / total]);
  return new Map(pairs.filter(([, share]) => share > 0).map(([version, share]) => [version, Math.round(share)]));
}

/** The last dash part of a name: `v1` of `testsvc-v1` and of `example-app-v1`. */
export function versionOf(name: string): string {
  return name.slice(name.lastIndexOf('-') + 1);
}

function byReplicas(deployments: Sight['deployments']): [string, number][] {
  const total = sum([...deployments.values()].map(({ ready }) => ready));
  return total === 0 ? [] : [...deployments].map(([version, { ready }]) => [version, (100 * ready) / total]);
}

interface DeploymentFields {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

const routeReaders: Readonly<Record<Route['kind'], (object: KubeObject) => Omit<Route, 'kind'>>> = {
  VirtualService: (object) => {
    const { hosts, http } = object['spec'] as {
      readonly hosts: readonly string[];
      readonly http: readonly {
        readonly match?: readonly { readonly uri?: { readonly prefix?: string } }[];
        readonly route: readonly { readonly destination: { readonly host: string }; readonly weight?: number }[];
      }[];
    };
    const targets = http.flatMap(({ route }) =>
      route.map(({ destination, weight }) => ({ service: destination.host, weight: weight ?? 100 })),
    );
    return { host: hosts[0] ?? '*', path: http[0]?.match?.[0]?.uri?.prefix ?? '/', targets };
  },
  HTTPRoute: (object) => {
    const { hostnames, rules } = object['spec'] as {
      readonly hostnames?: readonly string[];
      readonly rules: readonly {
        readonly matches?: readonly { readonly path?: { readonly value?: string } }[];
        readonly backendRefs: readonly { readonly name: string; readonly weight?: number }[];
      }[];
    };
    const targets = rules.flatMap(({ backendRefs }) =>
      backendRefs.map(({ name, weight }) => ({ service: name, weight: weight ?? 1 })),
    );
    return { host: hostnames?.[0] ?? '*', path: rules[0]?.matches?.[0]?.path?.value ?? '/', targets };
  },
  Ingress: (object) => {
    const { rules } = object['spec'] as {
      readonly rules: readonly {
        readonly host?: string;
        readonly http: {
          readonly paths: readonly {
            readonly path: string;
            readonly backend: { readonly service: { readonly name: string } };
          }[];
        };
      }[];
    };
    const paths = rules.flatMap(({ http }) => http.paths);
    const targets = paths.map(({ backend }) => ({ service: backend.service.name, weight: null }));
    return { host: rules[0]?.host ?? '*', path: paths[0]?.path ?? '/', targets };
  },
};

function nameOf({ metadata }: KubeObject): string {
  return metadata.name;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
