import { describe, expect, it } from 'vitest';
import { fieldChanges, refusedField, restartsPods } from '../../../../hub/operations/plan-fields.ts';
import { idOf, type KubeObject } from '../../../../shared/model/object.ts';

const object = (kind: string, more: object): KubeObject => ({
  apiVersion:
    kind === 'Job' ? 'batch/v1' : /^(?:ConfigMap|Secret|PersistentVolumeClaim)$/.test(kind) ? 'v1' : 'apps/v1',
  kind,
  metadata: { name: 'web', namespace: 'default' },
  ...more,
});
const pods = (image: string) => ({ template: { spec: { containers: [{ name: 'web', image }] } } });

describe('the fields that a change touches', () => {
  it('are named by their paths, with what was and what is, those of metadata last', () => {
    const before = object('Deployment', { spec: { replicas: 1, paused: true, ...pods('a:1') } });
    const after = object('Deployment', { spec: { replicas: 1, minReadySeconds: 5, ...pods('a:2') } });
    after.metadata.labels = { 'app.oam.dev/x': 'y' };
    expect(fieldChanges(before, after)).toEqual([
      { path: 'spec.paused', from: 'true', to: null },
      { path: 'spec.template.spec.containers[0].image', from: '"a:1"', to: '"a:2"' },
      { path: 'spec.minReadySeconds', from: null, to: '5' },
      { path: 'metadata.labels', from: null, to: '{"app.oam.dev/x":"y"}' },
    ]);
    expect(fieldChanges(before, before)).toEqual([]);
  });

  it('tell no value of a Secret, and of others no more than a line has room for', () => {
    const secrets = [{ data: { a: 'c2VjcmV0' } }, { data: { a: 'b3RoZXI=' } }].map((more) => object('Secret', more));
    const [first, second] = secrets;
    if (first === undefined || second === undefined) throw new Error('there are two');
    expect(fieldChanges(first, second)).toEqual([{ path: 'data.a', from: '[value]', to: '[value]' }]);
    const [change] = fieldChanges(object('ConfigMap', {}), object('ConfigMap', { data: { a: 'x'.repeat(100) } }));
    expect(change?.to).toHaveLength(40);
  });
});

describe('a change that an API server refuses', () => {
  it.each<[kind: string, before: object, after: object, field: string | null]>([
    ['Deployment', { spec: { selector: { a: '1' } } }, { spec: { selector: { a: '2' } } }, 'spec.selector.a'],
    ['Deployment', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, null],
    ['StatefulSet', { spec: { serviceName: 'a' } }, { spec: { serviceName: 'b' } }, 'spec.serviceName'],
    ['StatefulSet', { spec: pods('a') }, { spec: pods('b') }, null],
    ['Job', { spec: pods('a') }, { spec: pods('b') }, 'spec.template.spec.containers[0].image'],
    [
      'PersistentVolumeClaim',
      { spec: { storageClassName: 'a' } },
      { spec: { storageClassName: 'b' } },
      'spec.storageClassName',
    ],
    ['PersistentVolumeClaim', { spec: { resources: '1' } }, { spec: { resources: '2' } }, null],
    ['ConfigMap', { immutable: true, data: { a: '1' } }, { immutable: true, data: { a: '2' } }, 'data.a'],
    ['ConfigMap', { data: { a: '1' } }, { data: { a: '2' } }, null],
    ['Secret', { type: 'Opaque' }, { type: 'x/y' }, 'type'],
  ])('of a %s from %j to %j', (kind, from, to, field) => {
    const [before, after] = [object(kind, from), object(kind, to)];
    expect(refusedField(idOf(before), before, fieldChanges(before, after))).toBe(field);
  });
});

describe('a change for which pods are replaced', () => {
  it.each<[kind: string, from: object, to: object, restarts: boolean]>([
    ['Deployment', { spec: pods('a') }, { spec: pods('b') }, true],
    ['Deployment', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, false],
    ['Job', { spec: pods('a') }, { spec: pods('b') }, false],
  ])('of a %s from %j to %j: %s', (kind, from, to, restarts) => {
    const [before, after] = [object(kind, from), object(kind, to)];
    expect(restartsPods(idOf(before), fieldChanges(before, after))).toBe(restarts);
  });
});
