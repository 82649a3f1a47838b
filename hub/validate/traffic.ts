import {
  namespaceOf,
  type ApplicationDeployment,
  type HttpMatch,
  type HttpRule,
  type StringMatch,
  type Traffic,
} from '../model/documents.ts';
import { providerOf, trafficProviders, type TrafficProvider } from '../../shared/model/traffic.ts';
import type { References } from './references.ts';
import { checkDerived, isHost } from './names.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { suggestion } from './problems.ts';

interface Context {
  readonly doc: ApplicationDeployment;
  /** The provider that the document names; null for `auto` and `none`: the cluster decides, or there is no traffic object. */
  readonly provider: TrafficProvider | null;
  readonly references: References;
  readonly reporter: Reporter;
}

/** Checks the traffic of a deployment: hosts, gateways, matches, targets and weights. */
export function checkTraffic(
  doc: ApplicationDeployment,
  traffic: Traffic,
  references: References,
  reporter: Reporter,
): void {
  const { provider: name } = traffic;
  const provider = name === 'auto' || name === 'none' ? null : providerOf(name);
  const context = { doc, provider, references, reporter };
  checkAddresses(traffic, context);
  for (const [index, rule] of traffic.http.entries()) {
    const path = ['spec', 'traffic', 'http', index];
    for (const [at, match] of (rule.match ?? []).entries()) checkMatch(match, [...path, 'match', at], context);
    checkTargets(rule, [...path, 'weightedTargets'], context);
    checkWeights(rule, [...path, 'weightedTargets'], context);
  }
}

function checkAddresses({ hosts, gateways = [], http }: Traffic, { provider, reporter }: Context): void {
  const path = ['spec', 'traffic'];
  for (const [index, host] of hosts.entries()) {
    if (isHost(host)) continue;
    const message = `"${host}" is not a host name`;
    reporter.error('DOCUMENT_INVALID', [...path, 'hosts', index], message, 'use the form app.example.com');
  }
  if (provider?.needsHost === true && hosts.length === 0 && http.length > 0) {
    reporter.error('DOCUMENT_INVALID', path, `${provider.name} needs at least one host`, 'add spec.traffic.hosts');
  }
  for (const [index, gateway] of gateways.entries()) {
    if (/^(?:[a-z0-9][-a-z0-9]*\/)?[a-z0-9][-.a-z0-9]*$/.test(gateway)) continue;
    const message = `"${gateway}" is not a gateway`;
    reporter.error('DOCUMENT_INVALID', [...path, 'gateways', index], message, 'use the form NAMESPACE/NAME');
  }
}

function checkMatch(match: HttpMatch, path: Steps, { provider, reporter }: Context): void {
  const headers = Object.entries(match.headers ?? {}).map(([name, value]) => ['headers', name, value] as const);
  checkRegex(match.uri, [...path, 'uri'], provider, reporter);
  checkRegex(match.method, [...path, 'method'], provider, reporter);
  for (const [field, name, value] of headers) checkRegex(value, [...path, field, name], provider, reporter);
  const start = startOf(match.uri);
  if (start !== null && !start.startsWith('/')) {
    reporter.error('DOCUMENT_INVALID', [...path, 'uri'], `the path "${start}" must start with /`);
  }
  const members = (['headers', 'method'] as const).filter((member) => match[member] !== undefined);
  if (provider !== null && members.some((member) => !provider.matches.includes(member))) {
    const able = namesOf(({ matches }) => members.every((member) => matches.includes(member)));
    const hint = `match by uri alone, or use provider: ${able}`;
    reporter.error('UNSUPPORTED', path, `${provider.name} matches no headers and methods`, hint);
  }
}

function startOf(uri: HttpMatch['uri']): string | null {
  if (uri === undefined || 'regex' in uri) return null;
  return 'prefix' in uri ? uri.prefix : uri.exact;
}

function checkRegex(
  value: StringMatch | string | undefined,
  path: Steps,
  provider: TrafficProvider | null,
  reporter: Reporter,
): void {
  if (value === undefined || typeof value === 'string' || !('regex' in value)) return;
  if (provider?.matches.includes('regex') === false) {
    const hint = `use prefix or exact, or provider: ${namesOf(({ matches }) => matches.includes('regex'))}`;
    reporter.error('UNSUPPORTED', path, `${provider.name} has no regex matches`, hint);
  }
  if (!isExpression(value.regex)) {
    reporter.error('DOCUMENT_INVALID', path, `"${value.regex}" is not a regular expression`);
  }
}

function checkTargets(rule: HttpRule, path: Steps, { doc, references, reporter }: Context): void {
  const listed = doc.spec.appRevisions.map(({ revisionName }) => revisionName);
  const seen = new Set<string>();
  for (const [index, { revisionName, componentName }] of rule.weightedTargets.entries()) {
    const where = [...path, index];
    const target = `${revisionName} ${componentName}`;
    if (seen.has(target)) {
      const message = `${componentName} of ${revisionName} is a target twice`;
      reporter.error('DOCUMENT_INVALID', where, message, 'add up the weights in one target');
    }
    seen.add(target);
    if (!listed.includes(revisionName)) {
      const hint = suggestion(revisionName, listed, 'listed revisions');
      const message = `${revisionName} is not in spec.appRevisions`;
      reporter.error('REFERENCE_NOT_FOUND', [...where, 'revisionName'], message, hint);
      continue;
    }
    checkComponent(rule, index, path, { doc, references, reporter });
  }
}

function checkComponent(
  rule: HttpRule,
  index: number,
  path: Steps,
  { doc, references, reporter }: Pick<Context, 'doc' | 'references' | 'reporter'>,
): void {
  const { revisionName, componentName } = rule.weightedTargets[index] ?? { revisionName: '', componentName: '' };
  const key = `${namespaceOf(doc)}/${revisionName.replace(/-v[0-9]+$/, '')}`;
  const components = references.applications.get(key)?.spec.components.map(({ name }) => name);
  if (components !== undefined && !components.includes(componentName)) {
    // An older revision may have the component; only its record says so, and its rendering decides.
    const hint = suggestion(componentName, components, 'its components');
    const message = `the application ${key} has no component ${componentName} now`;
    reporter.warn('REFERENCE_NOT_FOUND', [...path, index, 'componentName'], message, hint);
  }
  const isOnly = new Set(allTargets(doc, revisionName)).size <= 1;
  const service = isOnly ? revisionName : `${revisionName}-${componentName}`;
  checkDerived('the Service', service, [...path, index, 'componentName'], reporter);
}

function allTargets(doc: ApplicationDeployment, revision: string): string[] {
  const targets = (doc.spec.traffic?.http ?? []).flatMap((rule) => rule.weightedTargets);
  return targets.filter(({ revisionName }) => revisionName === revision).map(({ componentName }) => componentName);
}

function checkWeights({ weightedTargets }: HttpRule, path: Steps, { provider, reporter }: Context): void {
  const given = weightedTargets.filter(({ weight }) => weight !== undefined).length;
  if (provider?.hasWeights === false && given > 0) {
    const at = weightedTargets.findIndex(({ weight }) => weight !== undefined);
    const able = namesOf(({ hasWeights }) => hasWeights);
    const hint = `remove the weights (replicas decide the split), or use provider: auto, ${able}`;
    reporter.error('WEIGHTS_INVALID', [...path, at, 'weight'], `${provider.name} cannot split by weight`, hint);
    return;
  }
  if (given > 0 && given < weightedTargets.length) {
    const at = weightedTargets.findIndex(({ weight }) => weight === undefined);
    reporter.error(
      'WEIGHTS_INVALID',
      [...path, at],
      'some targets have a weight and this one has none',
      'give all of them one',
    );
    return;
  }
  if (given === 0) {
    if (provider?.hasWeights === true && weightedTargets.length > 1) {
      const message = `${provider.name} needs weights to split traffic`;
      reporter.error('WEIGHTS_INVALID', path, message, 'give each target a weight');
    }
    return;
  }
  const sum = weightedTargets.reduce((total, { weight = 0 }) => total + weight, 0);
  if (sum !== 100) {
    reporter.error('WEIGHTS_INVALID', path, `the weights add up to ${sum}`, 'make them add up to 100 in each rule');
  }
}

/** The names of the providers that can do something, as a choice: `istio or gateway-api`. */
function namesOf(can: (provider: TrafficProvider) => boolean): string {
  return trafficProviders
    .filter(can)
    .map(({ name }) => name)
    .join(' or ');
}

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    // RE2 knows a few forms that JavaScript does not: flags in front, and named groups with P.
    return /\(\?(?:[imsU]+\)|P<)/.test(text);
  }
}
