import { describe, expect, it } from 'vitest';
import { errorsOf, problemsOf } from '../../../fixtures/hub/problems.ts';

const app = `kind: Application
metadata: {name: example-app}
spec:
  components:
    - {name: testsvc, type: webservice, properties: {image: nginx, port: 8080}}
---
`;

describe('the weights of a rule', () => {
  const rule = (provider: string, weights: readonly (number | null)[]): string => {
    const revisions = weights.map((_, index) => `example-app-v${index + 1}`);
    const targets = weights.map(
      (weight, index) =>
        `{revisionName: example-app-v${index + 1}, componentName: testsvc, port: 80${weight === null ? '' : `, weight: ${weight}`}}`,
    );
    return `${app}kind: ApplicationDeployment
metadata: {name: d}
spec:
  traffic: {provider: ${provider}, hosts: [a.example.com], http: [{weightedTargets: [${targets.join(', ')}]}]}
  appRevisions: [${revisions.map((name) => `{revisionName: ${name}, placement: [{}]}`).join(', ')}]
`;
  };

  it.each([
    ['auto', [50, 50], null],
    ['auto', [100, 0], null],
    ['auto', [null], null],
    ['auto', [null, null], null],
    ['auto', [100], null],
    ['auto', [50], 'the weights add up to 50'],
    ['auto', [50, 49], 'the weights add up to 99'],
    ['auto', [0, 0], 'the weights add up to 0'],
    ['auto', [100, null], 'some targets have a weight and this one has none'],
    ['istio', [null], null],
    ['istio', [null, null], 'istio needs weights to split traffic'],
    ['gateway-api', [null, null], 'gateway-api needs weights to split traffic'],
    ['ingress', [null, null], null],
    ['ingress', [50, 50], 'ingress cannot split by weight'],
    ['ingress', [100], 'ingress cannot split by weight'],
  ] as const)('%s with %j', (provider, weights, message) => {
    expect(problemsOf(rule(provider, weights))).toEqual(
      message === null ? [] : [`error WEIGHTS_INVALID 10: ${message}`],
    );
  });
});

/** The errors of a deployment with this traffic, without their places. */
function errorsIn(traffic: string, revisions = '{revisionName: example-app-v1, placement: [{}]}'): string[] {
  const text = `${app}kind: ApplicationDeployment
metadata: {name: d}
spec:
  traffic: ${traffic}
  appRevisions: [${revisions}]
`;
  return errorsOf(text).map((line) => line.replace(/ \d+:\d+/, ''));
}

const to = '{revisionName: example-app-v1, componentName: testsvc, port: 80}';
const rules = (match: string, more = '') =>
  `{${more} hosts: [a.example.com], http: [{${match}weightedTargets: [${to}]}]}`;

describe('the addresses of traffic', () => {
  it.each<[rule: string, traffic: string, errors: readonly string[]]>([
    ['a wildcard host', '{hosts: ["*.example.com"], http: []}', []],
    [
      'a host with a port',
      '{hosts: ["a.example.com:80"], http: []}',
      ['DOCUMENT_INVALID "a.example.com:80" is not a host name; use the form app.example.com'],
    ],
    ['an empty host', '{hosts: [""], http: []}', ['DOCUMENT_INVALID spec.traffic.hosts[0] must not be empty']],
    [
      'no host where the provider needs one',
      `{provider: istio, http: [{weightedTargets: [${to}]}]}`,
      ['DOCUMENT_INVALID istio needs at least one host; add spec.traffic.hosts'],
    ],
    ['no host where there is no rule', '{provider: istio, http: []}', []],
    ['no host where the provider needs none', `{provider: ingress, http: [{weightedTargets: [${to}]}]}`, []],
    ['no host where the cluster decides', `{http: [{weightedTargets: [${to}]}]}`, []],
    ['a gateway with and without its namespace', '{gateways: [a/b, c], http: []}', []],
    [
      'a gateway of two namespaces',
      '{gateways: [a/b/c], http: []}',
      ['DOCUMENT_INVALID "a/b/c" is not a gateway; use the form NAMESPACE/NAME'],
    ],
    [
      'a gateway in capitals',
      '{gateways: [A/b], http: []}',
      ['DOCUMENT_INVALID "A/b" is not a gateway; use the form NAMESPACE/NAME'],
    ],
  ])('%s', (_, traffic, errors) => {
    expect(errorsIn(traffic)).toEqual(errors);
  });
});

describe('a match', () => {
  it.each<[rule: string, match: string, provider: string, errors: readonly string[]]>([
    ['by prefix', 'match: [{uri: {prefix: /a}}], ', 'auto', []],
    [
      'by an exact path without a slash',
      'match: [{uri: {exact: a}}], ',
      'auto',
      ['DOCUMENT_INVALID the path "a" must start with /'],
    ],
    [
      'by an empty prefix',
      'match: [{uri: {prefix: ""}}], ',
      'auto',
      ['DOCUMENT_INVALID spec.traffic.http[0].match[0].uri.prefix must not be empty'],
    ],
    ['by an expression, which need not begin with a slash', 'match: [{uri: {regex: ".*"}}], ', 'istio', []],
    [
      'by an expression that is none',
      'match: [{uri: {regex: "(a"}}], ',
      'auto',
      ['DOCUMENT_INVALID "(a" is not a regular expression'],
    ],
    ['by an expression with RE2 flags', 'match: [{uri: {regex: "(?i)/a"}}], ', 'istio', []],
    ['by an expression with an RE2 name', 'match: [{headers: {x: {regex: "(?P<a>b)"}}}], ', 'istio', []],
    [
      'by an expression in a header that is none',
      'match: [{headers: {x: {regex: "["}}}], ',
      'auto',
      ['DOCUMENT_INVALID "[" is not a regular expression'],
    ],
    [
      'by an expression where the provider knows none',
      'match: [{uri: {regex: /a}}], ',
      'ingress',
      ['UNSUPPORTED ingress has no regex matches; use prefix or exact, or provider: istio'],
    ],
    [
      'by a header where the provider knows none',
      'match: [{headers: {x: {exact: a}}}], ',
      'ingress',
      ['UNSUPPORTED ingress matches no headers and methods; match by uri alone, or use provider: istio or gateway-api'],
    ],
    [
      'by a method where the provider knows none',
      'match: [{method: GET}], ',
      'ingress',
      ['UNSUPPORTED ingress matches no headers and methods; match by uri alone, or use provider: istio or gateway-api'],
    ],
    ['by a header where the cluster decides', 'match: [{headers: {x: {exact: a}}}], ', 'auto', []],
  ])('%s', (_, match, provider, errors) => {
    expect(errorsIn(rules(match, `provider: ${provider},`))).toEqual(errors);
  });
});

describe('a target', () => {
  const targets = (...list: readonly string[]) =>
    `{hosts: [a.example.com], http: [{weightedTargets: [${list.join(', ')}]}]}`;
  const target = (revision: string, component = 'testsvc', weight = '') =>
    `{revisionName: ${revision}, componentName: ${component}, port: 80${weight}}`;

  it('must be listed as a revision, and says what is', () => {
    expect(errorsIn(targets(target('example-app-v2')))).toEqual([
      'REFERENCE_NOT_FOUND example-app-v2 is not in spec.appRevisions; did you mean example-app-v1?',
    ]);
  });

  it('may be a revision of which nothing can be said: its application is broken', () => {
    const broken = `kind: Application\nmetadata: {name: example-app}\nspec: {components: 1}\n---\n`;
    const deployment = `kind: ApplicationDeployment
metadata: {name: d}
spec:
  traffic: ${targets(target('example-app-v1', 'any'))}
  appRevisions: [{revisionName: example-app-v1, placement: [{}]}]
`;
    expect(problemsOf(broken + deployment)).toEqual([
      'error DOCUMENT_INVALID 3: spec.components must be a list, and is the number 1',
    ]);
  });

  it('is named after its component where its revision has several: then the name may be too long', () => {
    const long = 'c'.repeat(50);
    const both = targets(
      target('example-app-v1', 'testsvc', ', weight: 50'),
      target('example-app-v1', long, ', weight: 50'),
    );
    expect(errorsIn(both).map((line) => line.split(':')[0])).toEqual([
      'NAME_TOO_LONG the name of the Service would be example-app-v1-' + long,
    ]);
    expect(errorsIn(targets(target('example-app-v1', long)))).toEqual([]);
  });

  it('must not be there twice in a rule', () => {
    const twice = targets(
      target('example-app-v1', 'testsvc', ', weight: 50'),
      target('example-app-v1', 'testsvc', ', weight: 50'),
    );
    expect(errorsIn(twice)[0]).toMatch(/^DOCUMENT_INVALID .*twice/);
  });
});
