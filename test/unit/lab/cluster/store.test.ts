import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../lab/cluster/json.ts';
import { fieldSelector, labelSelector, matchesSelector } from '../../../lab/cluster/store/selectors.ts';
import { createStore } from '../../../lab/cluster/store/store.ts';

function named(name: string, labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'n', labels } };
}

const names = (objects: readonly KubeObject[] | undefined): string[] | undefined =>
  objects?.map(({ metadata }) => metadata.name);

describe('the store', () => {
  it('gives every change a version of its own, also a deletion', () => {
    const store = createStore(10);
    const versions: number[] = [];
    store.subscribe((change) => versions.push(change.version));
    store.put('configmaps', named('a'));
    store.put('configmaps', named('a', { x: '1' }));
    expect(store.remove('configmaps', 'n/a')?.metadata.resourceVersion).toBe(String(store.version()));
    expect(versions).toEqual([2, 3, 4]);
  });

  it('shows a resource as it was at a version', () => {
    const store = createStore(10);
    store.put('configmaps', named('a'));
    store.put('configmaps', named('b'));
    const then = store.version();
    store.put('configmaps', named('c'));
    store.remove('configmaps', 'n/a');
    store.put('configmaps', named('b', { x: '1' }));
    expect(names(store.list('configmaps'))).toEqual(['b', 'c']);
    expect(names(store.listAt('configmaps', then))).toEqual(['a', 'b']);
    expect(store.listAt('configmaps', then)?.[1]?.metadata.labels).toEqual({});
  });

  it('forgets changes beyond its limit, and says so', () => {
    const store = createStore(5);
    for (let index = 0; index < 30; index += 1) store.put('configmaps', named(`c${index}`));
    expect(store.since(2)).toBeUndefined();
    expect(store.listAt('configmaps', 2)).toBeUndefined();
    expect(store.since(store.version() - 5)).toHaveLength(5);
  });
});

describe('selectors', () => {
  const object = named('web', { app: 'web', tier: 'front' });

  it.each([
    ['app=web', true],
    ['app==web,tier!=back', true],
    ['app in (web, api),!gone', true],
    ['tier notin (front)', false],
    ['missing notin (x)', true],
    ['gone', false],
  ])('%s is %s', (text, expected) => {
    expect(labelSelector(text)(object)).toBe(expected);
  });

  it.each(['a===b', 'a in b', '=x'])('refuse %s', (text) => {
    expect(() => labelSelector(text)).toThrow();
  });

  it('select by the fields that a kind knows, and refuse others', () => {
    expect(fieldSelector('metadata.name=web,metadata.namespace!=m', 'ConfigMap')(object)).toBe(true);
    expect(() => fieldSelector('data.x=1', 'ConfigMap')).toThrow('not a known field selector');
  });

  it('match the object form', () => {
    const expressions = [
      { key: 'app', operator: 'In', values: ['web'] },
      { key: 'gone', operator: 'DoesNotExist' },
    ];
    expect(
      matchesSelector({ matchLabels: { tier: 'front' }, matchExpressions: expressions }, object.metadata.labels),
    ).toBe(true);
    expect(matchesSelector({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, {})).toBe(false);
  });
});
