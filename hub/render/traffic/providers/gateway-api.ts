import type { HttpMatch, StringMatch } from '../../../model/documents.ts';
import type { Rule } from '../rules.ts';
import type { ProviderRenderer, TrafficHeader, TrafficShape } from './provider.ts';

const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

/** Gateway API: an HTTPRoute with every rule, its matches, and one weighted reference for each backend. */
export const gatewayApi: ProviderRenderer = { name: 'gateway-api', needsGateway: true, render };

function render(header: TrafficHeader, rules: readonly Rule[]): TrafficShape {
  if (header.gateways.length === 0) {
    return { fault: 'Gateway API needs a gateway', hint: 'set spec.traffic.gateways, or the gateways of the Cluster' };
  }
  const wrong = rules.flatMap(({ match }) => match).find((match) => methodOf(match) === null);
  if (wrong !== undefined) {
    return {
      fault: 'Gateway API matches a method exactly, and only those of HTTP',
      hint: `one of ${methods.join(', ')}`,
    };
  }
  const hostnames = header.hosts.filter((host) => host !== '*');
  const object = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: header.metadata,
    spec: {
      parentRefs: header.gateways.map(parentRef),
      ...(hostnames.length > 0 && { hostnames }),
      rules: rules.map(({ match, backends }) => ({
        ...(match.length > 0 && { matches: match.map(routeMatch) }),
        backendRefs: backends.map(({ service, port, weight }) => ({ name: service, port, weight })),
      })),
    },
  };
  return { object, pointer: (rule, backend) => `/spec/rules/${rule}/backendRefs/${backend}/weight` };
}

function parentRef(gateway: string): Record<string, string> {
  const slash = gateway.indexOf('/');
  return slash < 0 ? { name: gateway } : { name: gateway.slice(slash + 1), namespace: gateway.slice(0, slash) };
}

function routeMatch(match: HttpMatch): Record<string, unknown> {
  const method = methodOf(match);
  return {
    ...(match.uri && { path: pathMatch(match.uri) }),
    ...(match.headers && {
      headers: Object.entries(match.headers).map(([name, value]) => ({ name, ...headerMatch(value) })),
    }),
    ...(typeof method === 'string' && { method }),
  };
}

// undefined = every method, null = one that an HTTPRoute cannot match.
function methodOf({ method }: HttpMatch): string | null | undefined {
  if (method === undefined) return undefined;
  const exact = typeof method === 'string' ? method : 'exact' in method ? method.exact : null;
  return exact !== null && methods.includes(exact) ? exact : null;
}

function pathMatch(match: StringMatch): Record<string, string> {
  if ('prefix' in match) return { type: 'PathPrefix', value: match.prefix };
  if ('exact' in match) return { type: 'Exact', value: match.exact };
  return { type: 'RegularExpression', value: match.regex };
}

function headerMatch(match: StringMatch): Record<string, string> {
  if ('exact' in match) return { type: 'Exact', value: match.exact };
  if ('regex' in match) return { type: 'RegularExpression', value: match.regex };
  return { type: 'RegularExpression', value: `^${match.prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}.*` };
}
