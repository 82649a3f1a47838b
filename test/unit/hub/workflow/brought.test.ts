import { describe, expect, it } from 'vitest';
import { broughtTwice } from '../../../../hub/workflow/brought.ts';
import { compile } from '../../../../hub/workflow/compile.ts';
import { bookinfo } from '../../../fixtures/hub/programs.ts';

const config = (name: string, properties: object = {}, more: object = {}) => ({
  ...{ name, type: 'export2config' },
  properties: { configName: 'c', data: { a: name }, ...properties },
  ...more,
});
const object = (name: string, namespace?: string) => ({
  ...{ name, type: 'apply-object' },
  properties: { value: written(namespace) },
});
const written = (namespace?: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace } });
const own = { name: 'own', type: 'k8s-objects', properties: { objects: [written(), { kind: 'none' }] } };
const topology = (clusters: readonly string[]) => ({ name: 't', type: 'topology', properties: { clusters } });
const override = (objects: readonly object[]) => ({
  ...{ name: 'o', type: 'override' },
  properties: { components: [{ name: 'own', properties: { objects } }] },
});
const deploy = { name: 'all', type: 'deploy', properties: { policies: ['t'] } };

describe('the objects that steps bring', () => {
  it.each<[what: string, Parameters<typeof bookinfo>, by: string | null]>([
    ['have names of their own', [[config('a'), config('b', { configName: 'd' })]], null],
    ['are at other places', [[config('a'), config('b', { namespace: 'x' }), config('d', { cluster: 'east' })]], null],
    ['may be brought by one of two steps', [[config('a'), config('b', {}, { if: 'status.a.failed' })]], null],
    [
      'have a name that an input gives',
      [[config('a'), config('b', {}, { inputs: [{ from: 'context.name', parameterKey: 'configName' }] })]],
      null,
    ],
    [
      'are brought twice with data of an input',
      [[config('a'), config('b', {}, { inputs: [{ from: 'context.name', parameterKey: 'data.x' }] })]],
      'step a',
    ],
    ['are brought twice', [[config('a'), config('b', { cluster: 'local' })]], 'step a'],
    ['are brought twice by steps of two types', [[object('a'), config('b')]], 'step a'],
    [
      'are brought twice by steps of a group',
      [[{ name: 'g', type: 'step-group', subSteps: [config('a'), object('b', 'default')] }]],
      'step a',
    ],
    [
      'are those of a component, too',
      [[{ name: 'all', type: 'deploy' }, config('b')], { more: [own] }],
      'component own',
    ],
    [
      'are those of a component of another cluster',
      [[deploy, config('b')], { more: [own], policies: [topology(['east'])] }],
      null,
    ],
    [
      'are those of a component of the same cluster',
      [[deploy, config('b', { cluster: 'east' })], { more: [own], policies: [topology(['east'])] }],
      'component own',
    ],
    [
      'are those of a component that no step delivers',
      [[{ name: 'one', type: 'apply-component', properties: { component: 'reviews' } }, config('b')], { more: [own] }],
      null,
    ],
    [
      'are those of a component that a step delivers under a condition',
      [[{ name: 'all', type: 'deploy', if: 'context.name == "a"' }, config('b')], { more: [own] }],
      null,
    ],
    [
      'are brought by one of two groups',
      [
        [
          { name: 'g', type: 'step-group', if: 'context.name == "a"', subSteps: [config('a')] },
          { name: 'h', type: 'step-group', if: 'context.name != "a"', subSteps: [config('b')] },
        ],
      ],
      null,
    ],
    [
      'are those of a component that a group delivers under a condition',
      [
        [
          { name: 'g', type: 'step-group', if: 'context.name == "a"', subSteps: [{ name: 'all', type: 'deploy' }] },
          config('b'),
        ],
        { more: [own] },
      ],
      null,
    ],
    [
      'are named by a component that writes none',
      [[{ name: 'all', type: 'deploy' }, config('b')], { more: [{ ...own, type: 'follows' }] }],
      null,
    ],
    [
      'are named by a component that refers to them',
      [
        [{ name: 'all', type: 'deploy' }, config('b')],
        {
          more: [
            {
              ...{ name: 'refers', type: 'ref-objects' },
              properties: { objects: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'c' }] },
            },
          ],
        },
      ],
      null,
    ],
    [
      'are those of a component of type ref-objects that writes them',
      [[{ name: 'all', type: 'deploy' }, config('b')], { more: [{ ...own, type: 'ref-objects' }] }],
      'component own',
    ],
    [
      'are those of a raw component',
      [[{ name: 'all', type: 'deploy' }, config('b')], { more: [{ name: 'own', type: 'raw', properties: written() }] }],
      'component own',
    ],
    [
      'are others once an override counts',
      [
        [{ name: 'all', type: 'deploy', properties: { policies: ['o'] } }, config('b')],
        { more: [own], policies: [override([{ ...written(), kind: 'Service' }])] },
      ],
      null,
    ],
    [
      'are those that an override makes',
      [
        [{ name: 'all', type: 'deploy', properties: { policies: ['o'] } }, config('b')],
        { more: [{ ...own, properties: { objects: [] } }], policies: [override([written()])] },
      ],
      'component own',
    ],
  ])('%s', (_, [steps, more], by) => {
    const doc = bookinfo(steps, more);
    const messages = broughtTwice(compile(doc), doc, 'default').map(({ message }) => message);
    expect(messages).toEqual(by === null ? [] : [`${by} brings the same object: ConfigMap default/c`]);
  });
});
