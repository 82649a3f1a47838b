import { describe, expect, it } from 'vitest';
import { canonicalObject, repeatedId, toObjects } from '../../../../hub/render/objects.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const config = (metadata: object = {}, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', ...metadata },
  ...more,
});
const read = (...values: readonly unknown[]) =>
  toObjects(
    values.map((value, index) => ({ value, path: ['objects', index], origin: `objects[${index}]` })),
    'team',
  );

describe('manifests', () => {
  it('become objects of the application’s namespace, or of the one that they name', () => {
    const { objects } = read(config(), config({ namespace: 'other' }), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
    });
    expect(objects.map(({ metadata }) => metadata.namespace)).toEqual(['team', 'other', undefined]);
  });

  it('lose fields that only a server or an agent may write', () => {
    const written = config(
      { uid: 'u', resourceVersion: '1', generation: 2, managedFields: [], creationTimestamp: null, finalizers: ['f'] },
      { status: { phase: 'x' }, data: { a: '1' } },
    );
    expect(read(written).objects).toEqual([{ ...config({ namespace: 'team', finalizers: ['f'] }), data: { a: '1' } }]);
  });

  it('have the texts of a Secret where the server keeps them, so that a key that is removed goes', () => {
    const secret = (more: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...more });
    const { objects } = read(
      secret({ data: { user: 'b2xk', keep: 'eA==' }, stringData: { user: 'änn' } }),
      secret({ stringData: {} }),
      { ...config(), stringData: { a: 'b' } },
    );
    expect(objects.map(({ data, stringData }) => ({ data, stringData }))).toEqual([
      { data: { user: Buffer.from('änn').toString('base64'), keep: 'eA==' }, stringData: undefined },
      { data: {}, stringData: undefined },
      { data: undefined, stringData: { a: 'b' } },
    ]);
    expect(read(secret({ stringData: { port: 80 } })).faults[0]?.message).toBe(
      'stringData of Secret s must map texts to texts: port is none (put it in quotes) (objects[0])',
    );
  });

  it.each<[string, object, string[]]>([
    ['its identity', config({ uid: 'u', resourceVersion: '1' }), ['metadata.uid, metadata.resourceVersion']],
    ['its owner', config({ ownerReferences: [{ kind: 'Deployment', name: 'gone' }] }), ['metadata.ownerReferences']],
    ['a status that says something', config({}, { status: { phase: 'Active' } }), ['status']],
    [
      'nothing: generators leave empty members behind',
      config(
        { creationTimestamp: null, generation: 1, uid: '', ownerReferences: [] },
        { status: { conditions: [], acceptedNames: { kind: '' } } },
      ),
      [],
    ],
  ])('that were exported say in a warning that they lose %s', (_, value, fields) => {
    const { objects, warnings, faults } = read(value);
    expect(objects).toEqual([config({ namespace: 'team' })]);
    expect(faults).toEqual([]);
    expect(warnings).toEqual(
      fields.map((names) => ({
        code: 'OBJECT_INVALID',
        message: `${names} of ConfigMap settings is left out: only a server writes it (objects[0])`,
        path: ['objects', 0],
        hint: 'remove it from the manifest',
      })),
    );
  });

  it('are taken out of Lists, however deep', () => {
    const list = (...items: readonly unknown[]) => ({ apiVersion: 'v1', kind: 'List', items });
    const { objects } = read(list(config({ name: 'a' }), list(config({ name: 'b' }))));
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  });

  it('are taken out of lists of one kind, whose items need not say it again', () => {
    const items = [{ metadata: { name: 'a' } }, config({ name: 'b' })];
    const { objects, faults } = read({ apiVersion: 'v1', kind: 'ConfigMapList', metadata: {}, items });
    expect([objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`), faults]).toEqual([
      ['ConfigMap a', 'ConfigMap b'],
      [],
    ]);
  });

  it.each(['List', 'ConfigMapList'])('are none of an empty %s', (kind) => {
    const values = [null, []].map((items) => ({ apiVersion: 'v1', kind, items }));
    expect(read(...values)).toMatchObject({ objects: [], faults: [], warnings: [] });
  });

  it('stay what they are when their kind only ends like a list', () => {
    const allowed = { apiVersion: 'x.io/v1', kind: 'AllowList', metadata: { name: 'a' }, items: [] };
    expect(read(allowed).objects.map(({ kind }) => kind)).toEqual(['AllowList']);
  });

  it('have the scope that a CustomResourceDefinition beside them gives', () => {
    const definition = (scope: string) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'games.example.com' },
      spec: { group: 'example.com', names: { kind: 'Game' }, scope },
    });
    const game = { apiVersion: 'example.com/v1', kind: 'Game', metadata: { name: 'chess' } };
    const namespaceOf = (scope: string) => read(definition(scope), game).objects[1]?.metadata.namespace;
    expect([namespaceOf('Cluster'), namespaceOf('Namespaced')]).toEqual([undefined, 'team']);
  });

  it('keep the namespace that is written where the scope of their kind is a guess', () => {
    const pool = (metadata: object) => ({
      apiVersion: 'x.io/v1',
      kind: 'ClusterPool',
      metadata: { name: 'p', ...metadata },
    });
    const { objects } = read(pool({}), pool({ namespace: 'mine' }));
    expect(objects.map(({ metadata }) => metadata.namespace)).toEqual([undefined, 'mine']);
  });

  it.each<[string, unknown, string]>([
    [
      'a list of fields to ignore that is none',
      config({ annotations: { 'sluice.dev/ignore-differences': '/data/a' } }),
      'the annotation sluice.dev/ignore-differences is not a JSON list of pointers like ["/spec/replicas"]',
    ],
    ['text', 'a text', 'not an object'],
    ['no apiVersion', { kind: 'A' }, 'apiVersion is missing'],
    ['a wrong apiVersion', { apiVersion: '1', kind: 'A' }, 'apiVersion is not one'],
    ['no kind', { apiVersion: 'v1' }, 'kind is missing'],
    ['no name', { apiVersion: 'v1', kind: 'A', metadata: {} }, 'metadata.name of A is missing'],
    [
      'a generated name',
      { apiVersion: 'v1', kind: 'A', metadata: { generateName: 'a-' } },
      'A has a generateName, but a delivered object needs a name',
    ],
    ['a name with a slash', config({ name: 'a/b' }), '"a/b" is not a name for a ConfigMap'],
    ['a wrong namespace', config({ namespace: 'A' }), '"A" of ConfigMap settings is not a namespace'],
    [
      'a label that is a number',
      config({ labels: { a: 1 } }),
      'metadata.labels of ConfigMap settings must map texts to texts: a is none (put it in quotes)',
    ],
  ])('with %s are a fault with its place', (_, value, message) => {
    expect(read(config(), value)).toMatchObject({
      objects: [{ kind: 'ConfigMap' }],
      faults: [{ code: 'OBJECT_INVALID', message: `${message} (objects[1])`, path: ['objects', 1] }],
    });
  });

  it.each([
    ['Service', 'v1', 63],
    ['CronJob', 'batch/v1', 52],
    ['ConfigMap', 'v1', 253],
  ])('of a %s have a name of at most its kind’s length', (kind, apiVersion, longest) => {
    const named = (length: number) => ({ apiVersion, kind, metadata: { name: 'a'.repeat(length) } });
    expect(read(named(longest)).faults).toEqual([]);
    expect(read(named(longest + 1)).faults).toMatchObject([{ code: 'NAME_TOO_LONG' }]);
  });
});

describe('objects', () => {
  it('are found twice by their id, whatever their version', () => {
    const one: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace: 'n' } };
    expect(repeatedId([one, { ...one, apiVersion: 'apps/v1beta1' }])).toBe('apps/Deployment/n/a');
    expect(repeatedId([one, { ...one, metadata: { name: 'b' } }])).toBeNull();
  });

  it('in canonical form have sorted keys and share nothing with their source', () => {
    const given: KubeObject = { kind: 'A', apiVersion: 'v1', metadata: { name: 'a' }, spec: { b: 1, a: [{}] } };
    const found = canonicalObject(given);
    expect(JSON.stringify(found)).toBe(
      '{"apiVersion":"v1","kind":"A","metadata":{"name":"a"},"spec":{"a":[{}],"b":1}}',
    );
    expect(found['spec']).not.toBe(given['spec']);
  });
});
