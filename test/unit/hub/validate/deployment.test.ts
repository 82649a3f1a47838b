import { describe, expect, it } from 'vitest';
import { applicationOf, namedIn } from '../../../../hub/validate/deployment.ts';
import { errorsOf, problemsOf } from '../../../fixtures/hub/problems.ts';

describe('names', () => {
  const component = (name: string, type = 'worker'): string => `kind: Application
metadata: {name: a}
spec: {components: [{name: ${name}, type: ${type}}]}
---
kind: ApplicationDeployment
metadata: {name: d}
spec: {appRevisions: [{revisionName: a-v1, placement: [{}]}]}
`;

  it('may be as long as what is made of them allows', () => {
    expect(problemsOf(component('x'.repeat(60)))).toEqual([]);
    expect(problemsOf(component('x'.repeat(61)))).toEqual([
      expect.stringMatching(/^error NAME_TOO_LONG 7: .* 64 characters/),
    ]);
    expect(problemsOf(component('x'.repeat(61), 'statefulset'))).toEqual([]);
  });

  it.each(['Web', 'web_1', '-web', 'web-', 'web.1', '"1 2"', 'é'])('are refused as component: %s', (name) => {
    expect(problemsOf(component(name))[0]).toMatch(/^error NAME_INVALID 3: /);
  });
});

const app = (name: string, more = '') => `kind: Application
metadata: {name: ${name}${more}}
spec: {components: [{name: web, type: worker, properties: {image: a}}]}
---
`;

/** The errors of a deployment with these revisions, without their places. */
const errorsIn = (revisions: string, more = '', documents = app('shop')) =>
  errorsOf(
    `${documents}kind: ApplicationDeployment\nmetadata: {name: d}\nspec: {${more}appRevisions: [${revisions}]}\n`,
  ).map((line) => line.replace(/ \d+:\d+/, ''));

describe('the revisions of a deployment', () => {
  it.each<[rule: string, name: string, errors: readonly string[]]>([
    ['one that is recorded', 'shop-v1', []],
    ['one that is not recorded yet', 'shop-v99', []],
    ['without a number', 'shop', ['NAME_INVALID shop is not a revision; revisions are named APPLICATION-vN']],
    [
      'with a number that begins with 0',
      'shop-v01',
      ['NAME_INVALID shop-v01 is not a revision; revisions are named APPLICATION-vN'],
    ],
    ['number 0', 'shop-v0', ['NAME_INVALID shop-v0 is not a revision; revisions are named APPLICATION-vN']],
    [
      'of an application that is nearly there',
      'shp-v1',
      ['REFERENCE_NOT_FOUND no application default/shp for shp-v1; did you mean default/shop?'],
    ],
  ])('%s', (_, name, errors) => {
    expect(errorsIn(`{revisionName: ${name}, placement: [{}]}`)).toEqual(errors);
  });

  it('are of applications of its own namespace', () => {
    expect(errorsIn('{revisionName: shop-v1, placement: [{}]}', '', app('shop', ', namespace: other'))[0]).toMatch(
      /^REFERENCE_NOT_FOUND no application default\/shop for shop-v1/,
    );
  });

  it('may be of one whose name ends like a revision', () => {
    expect(errorsIn('{revisionName: shop-v1-v2, placement: [{}]}', '', app('shop-v1'))).toEqual([]);
  });

  it('are some, or the deployment delivers nothing', () => {
    const text = `kind: ApplicationDeployment\nmetadata: {name: d}\nspec: {appRevisions: []}\n`;
    expect(problemsOf(text)).toEqual(['warning PLACEMENT_EMPTY 3: no revision is listed: nothing of it is delivered']);
  });
});

describe('the placements of a revision', () => {
  const placed = (...placements: readonly string[]) =>
    errorsIn(`{revisionName: shop-v1, placement: [${placements.join(', ')}]}`);

  it.each<[rule: string, placements: readonly string[], errors: readonly string[]]>([
    [
      'by labels twice: which clusters those are is not known here',
      ['{clusterSelector: {labels: {a: b}}}', '{clusterSelector: {labels: {a: b}}}'],
      [],
    ],
    ['on two clusters', ['{clusterSelector: {name: a}}', '{clusterSelector: {name: b}}', '{}'], []],
    [
      'on one cluster twice',
      ['{clusterSelector: {name: a}}', '{clusterSelector: {name: a}}'],
      ['PLACEMENT_CONFLICT shop-v1 is placed on a twice; add up the replicas in one placement'],
    ],
    [
      'on the local cluster twice',
      ['{}', '{}'],
      ['PLACEMENT_CONFLICT shop-v1 is placed on the local cluster twice; add up the replicas in one placement'],
    ],
    [
      'on a cluster whose name is none',
      ['{clusterSelector: {name: A_b}}'],
      ['NAME_INVALID the name "A_b" is not allowed; use lower case letters, digits and dashes'],
    ],
    [
      'by a label whose value is none',
      ['{clusterSelector: {labels: {a: "b c"}}}'],
      ['NAME_INVALID "b c" is not a label value; use at most 63 letters, digits, dashes, dots and underscores'],
    ],
    ['picking one by name', ['{clusterSelector: {name: a, pick: 1}}'], []],
    [
      'picking two by name',
      ['{clusterSelector: {name: a, pick: 2}}'],
      ['PLACEMENT_CONFLICT pick: 2 can never be reached with a name; remove the name or the pick'],
    ],
    ['picking two by labels', ['{clusterSelector: {labels: {a: b}, pick: 2}}'], []],
  ])('%s', (_, placements, errors) => {
    expect(placed(...placements)).toEqual(errors);
  });
});

describe('the rollout of a deployment', () => {
  it.each<[deadline: string, isValid: boolean]>([
    ['90s', true],
    ['1h30m', true],
    ['0s', true],
    ['15', false],
    ['15 m', false],
    ['1.5h', false],
    ['m', false],
    ['-1s', false],
  ])('gives up after %s', (deadline, isValid) => {
    const errors = isValid ? [] : [`DOCUMENT_INVALID ${deadline} is not a duration; use the form 90s, 15m or 1h30m`];
    expect(
      errorsIn('{revisionName: shop-v1, placement: [{}]}', `rollout: {progressDeadline: "${deadline}"}, `),
    ).toEqual(errors);
  });
});

describe('the applications that a broken deployment names', () => {
  it.each<[rule: string, value: Record<string, unknown>, names: readonly string[]]>([
    [
      'in its revisions and targets, once each',
      {
        spec: {
          appRevisions: [{ revisionName: 'a-v1' }, { revisionName: 'a-v2' }],
          traffic: { http: [{ weightedTargets: [{ revisionName: 'b-v1' }] }] },
        },
      },
      ['shop/a', 'shop/b'],
    ],
    ['wherever they stand', { spec: { appRevision: { nested: [[{ revisionName: 'c-v1' }]] } } }, ['shop/c']],
    ['not outside of its spec', { metadata: { revisionName: 'a-v1' } }, []],
    ['not where it is no revision', { spec: [{ revisionName: 'a' }, { revisionName: 1 }, { revisionName: null }] }, []],
    ['below a name that is a mapping', { spec: { revisionName: { revisionName: 'd-v1' } } }, ['shop/d']],
    ['not without a spec', {}, []],
  ])('%s', (_, value, names) => {
    expect(namedIn(value, 'shop')).toEqual(names);
  });

  it('are read off the name of a revision', () => {
    expect(['a-v1', 'a-b-v12', 'a-v1-v2', 'v1', '-v1', 'a-v', 'a-V1'].map((name) => applicationOf(name, 'n'))).toEqual([
      'n/a',
      'n/a-b',
      'n/a-v1',
      null,
      null,
      null,
      null,
    ]);
  });
});
