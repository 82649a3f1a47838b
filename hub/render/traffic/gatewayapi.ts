import type { HttpMatch, StringMatch } from '../../model/documents.ts';
import type { Rule } from './rules.ts';
import type { TrafficHeader, TrafficShape } from './shape.ts';

const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

/** The HTTPRoute of a deployment: every rule with its matches and one weighted backend per way. */
export function httpRoute(header: TrafficHeader, rules: readonly Rule[]): TrafficShape {
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
      rules: rules.map(({ match, ways }) => ({
        ...(match.length > 0 && { matches: match.map(routeMatch) }),
        backendRefs: ways.map(({ service, port, weight }) => ({ name: service, port, weight })),
      })),
    },
  };
  return { object, pointer: (rule, way) => `/spec/rules/${rule}/backendRefs/${way}/weight` };
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

// undefined = every method, null = one that cannot be said.
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
