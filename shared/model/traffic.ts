import { groupKind, type GroupKind } from './object.ts';

/** What both programs must know of something that leads traffic to revisions. */
export interface TrafficProvider {
  /** Its name in documents and bundles; also the capability that a cluster offers when it serves the kind. */
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  /** The version that bundles write. */
  readonly version: string;
  /** Versions of the same fields that stand in for it where it is not served, best first. */
  readonly olderVersions: readonly string[];
  /** True where a rule can split its traffic by weight; elsewhere each Service has its own path, and replicas decide. */
  readonly hasWeights: boolean;
  /** What a rule can match beside paths, on every implementation of the kind. */
  readonly matches: readonly ('headers' | 'method' | 'regex')[];
  /** True where traffic without a host cannot be written. */
  readonly needsHost: boolean;
  /** What a cluster's capability can say beyond that the provider is there. */
  readonly setting: 'gateways' | 'className';
}

/** Every traffic provider, in the order in which `provider: auto` chooses. */
export const trafficProviders = [
  {
    name: 'istio',
    group: 'networking.istio.io',
    kind: 'VirtualService',
    version: 'v1',
    olderVersions: ['v1beta1'],
    hasWeights: true,
    matches: ['headers', 'method', 'regex'],
    needsHost: true,
    setting: 'gateways',
  },
  {
    name: 'gateway-api',
    group: 'gateway.networking.k8s.io',
    kind: 'HTTPRoute',
    version: 'v1',
    olderVersions: [],
    hasWeights: true,
    matches: ['headers', 'method'],
    needsHost: false,
    setting: 'gateways',
  },
  {
    name: 'ingress',
    group: 'networking.k8s.io',
    kind: 'Ingress',
    version: 'v1',
    olderVersions: [],
    hasWeights: false,
    matches: [],
    needsHost: false,
    setting: 'className',
  },
] as const satisfies readonly TrafficProvider[];

/** The name of a traffic provider. */
export type ProviderName = (typeof trafficProviders)[number]['name'];

/** The names of all traffic providers, in the order of the table. */
export const providerNames: readonly ProviderName[] = trafficProviders.map(({ name }) => name);

const byName = Object.fromEntries<TrafficProvider>(trafficProviders.map((one) => [one.name, one])) as Readonly<
  Record<ProviderName, TrafficProvider>
>;
const byKind: ReadonlyMap<GroupKind, TrafficProvider> = new Map(
  trafficProviders.map((one) => [groupKind(one.group, one.kind), one]),
);

/** The row of a provider. */
export function providerOf(name: ProviderName): TrafficProvider {
  return byName[name];
}

/** The provider whose objects are of this kind; null for a kind that leads no traffic. */
export function providerOfKind(kind: GroupKind): TrafficProvider | null {
  return byKind.get(kind) ?? null;
}
