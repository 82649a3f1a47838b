import { describe, expect, it } from 'vitest';
import { droppedFields, withEncodedData, withoutServerFields } from '../../../../hub/render/server-fields.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const object = (more: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  ...more,
});

describe('what only a server writes', () => {
  it.each([
    ['uid', 'x'],
    ['resourceVersion', '1'],
    ['generation', 2],
    ['creationTimestamp', null],
    ['deletionTimestamp', '2026-01-01T00:00:00Z'],
    ['deletionGracePeriodSeconds', 30],
    ['managedFields', []],
    ['ownerReferences', [{ uid: 'x' }]],
    ['selfLink', '/api'],
    ['annotations', null],
  ])('goes: metadata.%s', (name, value) => {
    expect(withoutServerFields(object({}, { [name]: value }))).toEqual(object());
  });

  it('goes: the status', () => {
    expect(withoutServerFields(object({ status: { phase: 'Active' }, data: { a: '1' } }))).toEqual(
      object({ data: { a: '1' } }),
    );
  });

  it('is not what a manifest may say', () => {
    const kept = object({ spec: null }, { namespace: 'n', labels: { a: 'b' }, finalizers: ['x'], generateName: '' });
    expect(withoutServerFields(kept)).toEqual(kept);
  });
});

describe('fields that are dropped are told', () => {
  it.each<[rule: string, object: KubeObject, fields: readonly string[]]>([
    [
      'where they say something',
      object({ status: { phase: 'Active' } }, { uid: 'x', resourceVersion: '1', ownerReferences: [{ uid: 'y' }] }),
      ['metadata.ownerReferences', 'metadata.uid', 'metadata.resourceVersion', 'status'],
    ],
    [
      'not where they are empty',
      object({ status: { conditions: [], loadBalancer: {} } }, { uid: '', ownerReferences: [], resourceVersion: null }),
      [],
    ],
    ['not where they are deeply empty', object({ status: { a: [{ b: [null, ''] }] } }), []],
    ['where a number or a boolean is all they say', object({ status: { replicas: 0 } }), ['status']],
    ['where they say false', object({ status: { ready: false } }), ['status']],
    [
      'not where every export has them',
      object({}, { generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', managedFields: [{}] }),
      [],
    ],
  ])('%s', (_, one, fields) => {
    expect(droppedFields(one)).toEqual(fields);
  });
});

describe('the texts of a Secret', () => {
  const secret = (more: object): KubeObject => ({ ...object(more), kind: 'Secret' });

  it.each<[rule: string, more: object, data: object]>([
    ['move to its data', { stringData: { a: 'text' } }, { a: 'dGV4dA==' }],
    [
      'win over data of the key',
      { data: { a: 'b2xk', b: 'Yg==' }, stringData: { a: 'new' } },
      { a: 'bmV3', b: 'Yg==' },
    ],
    ['are UTF-8', { stringData: { a: 'é' } }, { a: 'w6k=' }],
    ['may be numbers', { stringData: { a: 1 } }, { a: 'MQ==' }],
    ['may be none', { stringData: {} }, {}],
  ])('%s', (_, more, data) => {
    expect(withEncodedData(secret(more))).toEqual(secret({ data }));
  });

  it('stay where they are in anything else', () => {
    const others = [
      object({ stringData: { a: 'x' } }),
      secret({ data: {} }),
      { ...secret({ stringData: { a: 'x' } }), apiVersion: 'x.io/v1' },
    ];
    for (const one of others) expect(withEncodedData(one)).toBe(one);
  });
});
