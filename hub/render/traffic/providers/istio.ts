import type { HttpMatch } from '../../../model/documents.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import type { ProviderRenderer, TrafficHeader, TrafficShape } from './provider.ts';
import type { Rule } from '../rules.ts';

/** Istio: a VirtualService with every rule, its matches, and one weighted destination for each backend. */
export const istio: ProviderRenderer = { name: 'istio', needsGateway: false, render };

function render(header: TrafficHeader, rules: readonly Rule[]): TrafficShape {
  const { hosts, gateways } = header;
  if (hosts.length === 0 && gateways.length === 0) {
    return { fault: 'Istio needs a host, or a gateway', hint: 'set spec.traffic.hosts' };
  }
  const object: KubeObject = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: header.metadata,
    spec: {
      hosts: hosts.length === 0 ? ['*'] : [...hosts],
      ...(gateways.length > 0 && { gateways: [...gateways] }),
      http: rules.map(({ match, backends }) => ({
        ...(match.length > 0 && { match: match.map(istioMatch) }),
        route: backends.map(({ service, port, weight }) => ({
          destination: { host: service, port: { number: port } },
          weight,
        })),
      })),
    },
  };
  return { object, pointer: (rule, backend) => `/spec/http/${rule}/route/${backend}/weight` };
}

function istioMatch({ uri, headers, method }: HttpMatch): Record<string, unknown> {
  return {
    ...(uri && { uri }),
    ...(headers && { headers }),
    ...(method !== undefined && { method: typeof method === 'string' ? { exact: method } : method }),
  };
}
