import { describe, expect, it } from 'vitest';
import { application, type Application } from '../../../../hub/model/documents.ts';
import { policies as types } from '../../../../hub/policies/types/list.ts';
import {
  componentsWith,
  contentPolicies,
  effectOf,
  everyComponent,
  policiesOf,
} from '../../../../hub/policies/uses.ts';

const override = (name: string, image: string) => ({
  name,
  type: 'override',
  properties: {
    components: [
      { name: 'web', properties: { image } },
      { name: `new-${name}`, type: 'task' },
    ],
  },
});
const topology = { type: 'topology', properties: { clusters: ['c'] } };
const doc = (...policies: object[]): Application =>
  application.parse({
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name: 'app' },
    spec: { components: [{ name: 'web', type: 'webservice', properties: { image: 'a' } }], policies },
  });
const images = (used: readonly string[]): unknown[] =>
  componentsWith(doc(override('b', 'b'), override('c', 'c')), used, types).map(
    ({ name, properties }) => `${name} ${String(properties?.['image'])}`,
  );

describe('the policies of an application', () => {
  it('are read in order, with default names; unknown ones and wrong ones are left out', () => {
    const read = policiesOf(
      doc(topology, { type: 'none' }, { type: 'topology', properties: { x: 1 } }, topology),
      types,
    );
    expect(read.map(({ name, path }) => `${name} ${path.join('.')}`)).toEqual([
      'policy-0 spec.policies.0.properties',
      'policy-3 spec.policies.3.properties',
    ]);
  });

  it('count as content where they change what is delivered', () => {
    const { policies = [] } = doc(topology, { type: 'override' }).spec;
    expect(contentPolicies(policies, types)).toEqual([{ name: 'policy-1', type: 'override', properties: {} }]);
  });

  it.each<[used: string[], made: string[]]>([
    [[], ['web a']],
    [['b'], ['web b', 'new-b undefined']],
    [
      ['b', 'c'],
      ['web c', 'new-b undefined', 'new-c undefined'],
    ],
    [
      ['c', 'b'],
      ['web b', 'new-c undefined', 'new-b undefined'],
    ],
    [['gone'], ['web a']],
  ])('%j make %j', (used, made) => {
    expect(images(used)).toEqual(made);
  });

  it('make copies after all else, however they are named', () => {
    const copies = { name: 'copies', type: 'replication', properties: { keys: ['x', 'y'] } };
    for (const used of [
      ['copies', 'b'],
      ['b', 'copies'],
    ]) {
      const made = componentsWith(doc(override('b', 'b'), copies), used, types);
      expect(made.map(({ name, properties }) => `${name} ${String(properties?.['image'])}`)).toEqual([
        'web-x b',
        'web-y b',
        'new-b-x undefined',
        'new-b-y undefined',
      ]);
    }
  });

  it('are content where a template makes objects of them', () => {
    const { policies = [] } = doc({ type: 'quota', properties: { pods: 3 } }).spec;
    expect(contentPolicies(policies, types)).toEqual([{ name: 'policy-0', type: 'quota', properties: { pods: 3 } }]);
  });

  it('say one thing of an application, or nothing', () => {
    const measured = { type: 'deployment-insights', properties: { leadTime: 'enabled' } };
    expect(effectOf(doc(measured), 'insights', types)).toMatchObject({ leadTime: true, frequency: false });
    expect(effectOf(doc(topology), 'insights', types)).toBeUndefined();
    expect(effectOf(doc(), 'insights', types)).toBeUndefined();
  });

  it('make every component that a revision may need', () => {
    const made = everyComponent(doc(override('b', 'b'), override('c', 'c')), types);
    expect(new Set(made.map(({ name, type }) => `${name} ${type}`))).toEqual(
      new Set(['web webservice', 'new-b task', 'new-c task']),
    );
    const plain = doc();
    expect(everyComponent(plain, types)).toBe(plain.spec.components);
  });
});
