import type { JsonObject, KubeObject } from '../json.ts';
import { atomicList, crdOf, listMap, textList } from './crd.ts';

/** The sets of custom kinds that a cluster can begin with. */
export type CrdSet = 'istio' | 'istio-v1beta1' | 'gateway-api';

const networking = 'networking.istio.io';
const gateway = 'gateway.networking.k8s.io';
const routes = { parentRefs: atomicList, hostnames: textList, rules: atomicList };

/** The CustomResourceDefinitions of each set: as much of Istio and the Gateway API as traffic needs. */
export const crdSets: Readonly<Record<CrdSet, readonly (JsonObject & Pick<KubeObject, 'metadata'>)[]>> = {
  istio: istio(['v1', 'v1beta1', 'v1alpha3']),
  'istio-v1beta1': istio(['v1beta1', 'v1alpha3']),
  'gateway-api': [
    crdOf({
      group: gateway,
      kind: 'GatewayClass',
      plural: 'gatewayclasses',
      namespaced: false,
      versions: ['v1', 'v1beta1'],
      shortNames: ['gc'],
      columns: [{ name: 'Controller', path: '.spec.controllerName' }],
    }),
    crdOf({
      group: gateway,
      kind: 'Gateway',
      plural: 'gateways',
      versions: ['v1', 'v1beta1'],
      shortNames: ['gtw'],
      spec: { listeners: listMap('name') },
      columns: [{ name: 'Class', path: '.spec.gatewayClassName' }],
    }),
    crdOf({
      group: gateway,
      kind: 'HTTPRoute',
      plural: 'httproutes',
      versions: ['v1', 'v1beta1'],
      spec: routes,
      columns: [{ name: 'Hostnames', path: '.spec.hostnames' }],
    }),
  ],
};

/** Istio's kinds in these versions; clusters of before 1.22 have no v1. */
function istio(versions: readonly string[]) {
  return [
    crdOf({
      group: networking,
      kind: 'VirtualService',
      plural: 'virtualservices',
      versions,
      shortNames: ['vs'],
      spec: { hosts: textList, gateways: textList, http: atomicList, tcp: atomicList, tls: atomicList },
      columns: [
        { name: 'Gateways', path: '.spec.gateways' },
        { name: 'Hosts', path: '.spec.hosts' },
      ],
    }),
    crdOf({
      group: networking,
      kind: 'DestinationRule',
      plural: 'destinationrules',
      versions,
      shortNames: ['dr'],
      spec: { subsets: atomicList },
      columns: [{ name: 'Host', path: '.spec.host' }],
    }),
    crdOf({
      group: networking,
      kind: 'Gateway',
      plural: 'gateways',
      versions,
      shortNames: ['gw'],
      spec: { servers: atomicList },
    }),
  ];
}
