import { describe, expect, it } from 'vitest';
import { application } from '../../../../hub/model/documents.ts';
import { compile } from '../../../../hub/workflow/compile.ts';
import { wantedUnits } from '../../../../hub/workflow/wanted.ts';

const topology = (name: string, clusters: string[], namespace?: string) => ({
  name,
  type: 'topology',
  properties: { clusters, ...(namespace !== undefined && { namespace }) },
});
const override = (name: string, image: string) => ({
  name,
  type: 'override',
  properties: { components: [{ name: 'web', properties: { image } }] },
});
const deploy = (...policies: string[]) => ({ name: policies.join('+'), type: 'deploy', properties: { policies } });
const apply = (component: string) => ({
  name: component,
  type: 'apply-component',
  properties: { component, cluster: 'c1' },
});
const policies = [
  topology('one', ['c1']),
  topology('both', ['c1', 'c2']),
  topology('x', ['c1'], 'x'),
  override('o1', 'a'),
  override('o2', 'b'),
  override('same', 'a'),
];

function wanted(...steps: object[]) {
  const doc = application.parse({
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'app' },
    spec: {
      components: ['web', 'db'].map((name) => ({ name, type: 'worker' })),
      policies,
      workflow: { steps },
    },
  });
  const clusters = ['c1', 'c2'].map((name) => ({ name, labels: {} }));
  const { units, conflicts, empty } = wantedUnits(compile(doc), doc, clusters);
  return [
    ...units.map(
      ({ cluster, target, policies: used, components, steps: by }) =>
        `${cluster}/${target ?? ''} [${used.join(' ')}] ${components?.join(' ') ?? 'all'} by ${by.join(', ')}`,
    ),
    ...conflicts.map(({ cluster, steps: [a, b] }) => `conflict on ${cluster}: ${a.name} ${b.name}`),
    ...empty.map(({ names }) => `empty: ${names?.map(({ name }) => name).join(' ')}`),
  ];
}

describe('the units that a program wants', () => {
  it.each<[rule: string, steps: object[], lines: string[]]>([
    ['are one for each cluster', [deploy('both', 'o1')], ['c1/ [o1] all by both+o1', 'c2/ [o1] all by both+o1']],
    [
      '2.17 are two on a cluster in two namespaces, with whatever content',
      [deploy('one', 'o1'), deploy('x', 'o2')],
      ['c1/ [o1] all by one+o1', 'c1/x [o2] all by x+o2'],
    ],
    [
      'are one where two steps want the same, whatever the policies are called',
      [deploy('one', 'o1'), deploy('both', 'same')],
      ['c1/ [o1] all by one+o1, both+same', 'c2/ [same] all by both+same'],
    ],
    [
      '2.17 are in conflict where two steps want different content',
      [deploy('one', 'o1'), deploy('both', 'o2')],
      ['c1/ [o1] all by one+o1', 'c2/ [o2] all by both+o2', 'conflict on c1: one+o1 both+o2'],
    ],
    ['have the components of all steps', [apply('db'), apply('web')], ['c1/ [] db web by db, web']],
    ['have all components as soon as a step wants all', [apply('db'), deploy('one')], ['c1/ [] all by db, one']],
    [
      'have what the steps of groups want',
      [{ name: 'g', type: 'step-group', subSteps: [apply('db')] }],
      ['c1/ [] db by db'],
    ],
    ['are none on the local cluster where there is none', [deploy('o1')], ['empty: undefined']],
  ])('%s', (_, steps, lines) => {
    expect(wanted(...steps)).toEqual(lines);
  });
});
