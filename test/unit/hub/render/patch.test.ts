import { describe, expect, it } from 'vitest';
import { applyPatch, patchRulesOf } from '../../../../hub/render/patch.ts';

const none = patchRulesOf('');

describe('a patch', () => {
  it.each([
    ['merges maps', { a: { b: 1, c: 2 } }, { a: { c: 3, d: 4 } }, { a: { b: 1, c: 3, d: 4 } }],
    ['removes what is null', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ['adds a map without its nulls', {}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
    ['replaces texts and lists of texts', { a: 'x', l: ['a', 'b'] }, { a: 'y', l: ['c'] }, { a: 'y', l: ['c'] }],
    [
      'merges containers by name',
      { containers: [{ name: 'a', image: '1' }, { name: 'b' }] },
      { containers: [{ name: 'c' }, { name: 'a', tty: true }] },
      { containers: [{ name: 'a', image: '1', tty: true }, { name: 'b' }, { name: 'c' }] },
    ],
    [
      'merges the ports of a Service by port, of a container by containerPort',
      { s: { ports: [{ port: 1 }] }, c: { ports: [{ containerPort: 1 }] } },
      { s: { ports: [{ port: 1, name: 'a' }] }, c: { ports: [{ containerPort: 2 }] } },
      { s: { ports: [{ port: 1, name: 'a' }] }, c: { ports: [{ containerPort: 1 }, { containerPort: 2 }] } },
    ],
    [
      'removes an item on request',
      { env: [{ name: 'A' }, { name: 'B' }] },
      { env: [{ name: 'A', $patch: 'delete' }] },
      { env: [{ name: 'B' }] },
    ],
    [
      'replaces a list on request',
      { env: [{ name: 'A' }] },
      { env: [{ $patch: 'replace' }, { name: 'B' }] },
      { env: [{ name: 'B' }] },
    ],
    [
      'replaces a variable from a Secret by a value, and a value by one from a Secret',
      {
        env: [
          { name: 'A', valueFrom: { secretKeyRef: { name: 's' } } },
          { name: 'B', value: 'b' },
        ],
      },
      {
        env: [
          { name: 'A', value: 'a' },
          { name: 'B', valueFrom: { fieldRef: { fieldPath: 'x' } } },
        ],
      },
      {
        env: [
          { name: 'A', value: 'a' },
          { name: 'B', valueFrom: { fieldRef: { fieldPath: 'x' } } },
        ],
      },
    ],
    [
      'replaces the source of a variable by another one',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] },
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] },
    ],
    [
      'replaces the source of a volume by another one, and merges the same one',
      {
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'w', configMap: { name: 'c' } },
        ],
      },
      {
        volumes: [
          { name: 'v', secret: { secretName: 's' } },
          { name: 'w', configMap: { optional: true } },
        ],
      },
      {
        volumes: [
          { name: 'v', secret: { secretName: 's' } },
          { name: 'w', configMap: { name: 'c', optional: true } },
        ],
      },
    ],
    [
      'replaces what a probe asks, and keeps when it asks',
      { containers: [{ name: 'a', livenessProbe: { httpGet: { port: 1 }, periodSeconds: 5 } }] },
      { containers: [{ name: 'a', livenessProbe: { exec: { command: ['x'] } } }] },
      { containers: [{ name: 'a', livenessProbe: { exec: { command: ['x'] }, periodSeconds: 5 } }] },
    ],
    ['replaces a list whose items have no key', { rules: [{ a: 1 }] }, { rules: [{ b: 2 }] }, { rules: [{ b: 2 }] }],
  ])('%s', (_case, base, patch, expected) => {
    const before = structuredClone(base);
    expect(applyPatch(base, patch, none)).toEqual(expected);
    expect(base).toEqual(before);
  });

  it('follows the comments of a KubeVela template', () => {
    const rules = patchRulesOf(`
      patch: {
        // +patchKey=host
        spec: rules: [{host: "a"}]
        // +patchStrategy=retainKeys
        spec: strategy: type: "Recreate"
        // +usage=nothing
        // +patchStrategy=replace
        "labels": {}
      }`);
    expect([...rules.keys]).toEqual([['rules', 'host']]);
    expect([...rules.strategies]).toEqual([
      ['type', 'retainKeys'],
      ['labels', 'replace'],
    ]);
    const base = { rules: [{ host: 'a', x: 1 }], labels: { old: 'x' } };
    expect(applyPatch(base, { rules: [{ host: 'a', y: 2 }], labels: { n: 'w' } }, rules)).toEqual({
      rules: [{ host: 'a', x: 1, y: 2 }],
      labels: { n: 'w' },
    });
  });
});
