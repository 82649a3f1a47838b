import type { HttpMatch } from '../../../model/documents.ts';
import { suffixOf } from '../../labels.ts';
import type { Backend, Rule } from '../rules.ts';
import type { ProviderRenderer, TrafficHeader, TrafficShape } from './provider.ts';

/**
 * Ingress: a rule with matches leads those paths to the Service that all revisions share; one without leads one path
 * `/SUFFIX` to each revision.
 */
export const ingress: ProviderRenderer = { name: 'ingress', needsGateway: false, render };

function render(header: TrafficHeader, rules: readonly Rule[]): TrafficShape {
  const fault = rules.map(faultOf).find((text) => text !== null);
  if (fault !== undefined) {
    return { fault: `an Ingress ${fault}`, hint: 'use a provider that can, on a cluster that offers it' };
  }
  const paths = rules.flatMap((rule) =>
    rule.match.length === 0
      ? rule.backends.map(({ revision, service, port }) => path(`/${suffixOf(revision)}`, 'Prefix', service, port))
      : rule.match.flatMap((match) => matchPath(match, rule.backends)),
  );
  const http = { paths };
  const hosts = header.hosts.filter((host) => host !== '*');
  const object = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: header.metadata,
    spec: {
      ...(header.className !== undefined && { ingressClassName: header.className }),
      rules: hosts.length === 0 ? [{ http }] : hosts.map((host) => ({ host, http })),
    },
  };
  return { object, pointer: null };
}

function faultOf({ match, backends }: Rule): string | null {
  const hasMore = match.some(({ headers, method }) => headers !== undefined || method !== undefined);
  if (hasMore) return 'cannot match headers or methods';
  if (match.some(({ uri }) => uri === undefined)) return 'needs a uri in every match';
  if (match.some(({ uri }) => uri !== undefined && 'regex' in uri)) return 'cannot match a regex';
  const [first] = backends;
  if (
    match.length > 0 &&
    backends.some(({ component, port }) => component !== first?.component || port !== first.port)
  ) {
    return 'has one Service a path, so a rule with a match needs targets of one component and one port';
  }
  if (match.length === 0 && new Set(backends.map(({ revision }) => revision)).size < backends.length) {
    return 'has one path a revision, so a rule without a match needs one target a revision';
  }
  return null;
}

function matchPath({ uri }: HttpMatch, backends: readonly Backend[]): Record<string, unknown>[] {
  const [backend] = backends;
  if (backend === undefined || uri === undefined || 'regex' in uri) return [];
  const { service, port } = backend;
  return ['exact' in uri ? path(uri.exact, 'Exact', service, port) : path(uri.prefix, 'Prefix', service, port)];
}

function path(text: string, pathType: string, service: string, port: number): Record<string, unknown> {
  return { path: text, pathType, backend: { service: { name: service, port: { number: port } } } };
}
