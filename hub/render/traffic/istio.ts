import type { HttpMatch } from '../../model/documents.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { TrafficHeader, TrafficShape } from './shape.ts';
import type { Rule } from './rules.ts';

/** The VirtualService of a deployment: every rule with its matches and one weighted destination per way. */
export function virtualService(header: TrafficHeader, rules: readonly Rule[]): TrafficShape {
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
      http: rules.map(({ match, ways }) => ({
        ...(match.length > 0 && { match: match.map(istioMatch) }),
        route: ways.map(({ service, port, weight }) => ({
          destination: { host: service, port: { number: port } },
          weight,
        })),
      })),
    },
  };
  return { object, pointer: (rule, way) => `/spec/http/${rule}/route/${way}/weight` };
}

function istioMatch({ uri, headers, method }: HttpMatch): Record<string, unknown> {
  return {
    ...(uri && { uri }),
    ...(headers && { headers }),
    ...(method !== undefined && { method: typeof method === 'string' ? { exact: method } : method }),
  };
}
