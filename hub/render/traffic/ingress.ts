import type { HttpMatch } from '../../model/documents.ts';
import { suffixOf } from '../revision.ts';
import type { Rule, Way } from './rules.ts';
import type { TrafficHeader, TrafficShape } from './shape.ts';

/** What an Ingress needs beside the rules: its class, and the name of the Service that all revisions of a way share. */
export interface IngressFacts {
  readonly className: string | undefined;
  readonly sharedService: (way: Way) => string;
}

/**
 * The Ingress of a deployment. A rule with matches leads those paths to the Service that all revisions share; one
 * without leads one path `/SUFFIX` to each revision.
 */
export function ingress(header: TrafficHeader, rules: readonly Rule[], facts: IngressFacts): TrafficShape {
  const fault = rules.map(faultOf).find((text) => text !== null);
  if (fault !== undefined) {
    return { fault: `an Ingress ${fault}`, hint: 'use a provider that can, on a cluster that offers it' };
  }
  const paths = rules.flatMap((rule) =>
    rule.match.length === 0
      ? rule.ways.map((way) => path(`/${suffixOf(way.revision)}`, 'Prefix', way.service, way.port))
      : rule.match.flatMap((match) => matchPath(match, rule.ways, facts)),
  );
  const http = { paths };
  const hosts = header.hosts.filter((host) => host !== '*');
  const object = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: header.metadata,
    spec: {
      ...(facts.className !== undefined && { ingressClassName: facts.className }),
      rules: hosts.length === 0 ? [{ http }] : hosts.map((host) => ({ host, http })),
    },
  };
  return { object, pointer: null };
}

function faultOf({ match, ways }: Rule): string | null {
  const hasOther = match.some(({ headers, method }) => headers !== undefined || method !== undefined);
  if (hasOther) return 'cannot match headers or methods';
  if (match.some(({ uri }) => uri === undefined)) return 'needs a uri in every match';
  if (match.some(({ uri }) => uri !== undefined && 'regex' in uri)) return 'cannot match a regex';
  const [first] = ways;
  if (match.length > 0 && ways.some(({ component, port }) => component !== first?.component || port !== first.port)) {
    return 'has one Service a path, so a rule with a match needs targets of one component and one port';
  }
  if (match.length === 0 && new Set(ways.map(({ revision }) => revision)).size < ways.length) {
    return 'has one path a revision, so a rule without a match needs one target a revision';
  }
  return null;
}

function matchPath({ uri }: HttpMatch, ways: readonly Way[], facts: IngressFacts): Record<string, unknown>[] {
  const [way] = ways;
  if (way === undefined || uri === undefined || 'regex' in uri) return [];
  const service = facts.sharedService(way);
  return ['exact' in uri ? path(uri.exact, 'Exact', service, way.port) : path(uri.prefix, 'Prefix', service, way.port)];
}

function path(text: string, pathType: string, service: string, port: number): Record<string, unknown> {
  return { path: text, pathType, backend: { service: { name: service, port: { number: port } } } };
}
