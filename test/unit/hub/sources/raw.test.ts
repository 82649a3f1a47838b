import { describe, expect, it } from 'vitest';
import type { Component } from '../../../../hub/model/documents.ts';
import { cueSource } from '../../../../hub/sources/cue.ts';
import { sourceOf } from '../../../../hub/sources/list.ts';
import { rawSource } from '../../../../hub/sources/raw.ts';

const component = (properties: Record<string, unknown>): Component => ({
  name: 'raw',
  type: 'k8s-objects',
  properties,
});
const path = ['spec', 'components', 0];
const signal = new AbortController().signal;
const manifests = (properties: Record<string, unknown>, files: Record<string, string> = {}) =>
  rawSource.manifests({ component: component(properties), files, path }, signal);

const locate: unknown = expect.any(Function);

describe('the source of a component type', () => {
  it.each([
    ['k8s-objects', rawSource],
    ['webservice', cueSource],
    ['a-type-of-a-user', cueSource],
  ])('of %s', (type, source) => {
    expect(sourceOf(type)).toBe(source);
  });
});

describe('raw objects', () => {
  it('are those written in the component, then those of its files, by path, each with where it is from', async () => {
    const files = { 'b.yaml': 'b: 1\n---\nb: 2\n', 'a.yaml': 'a: 1\n', 'c.txt': 'c: 1\n' };
    const found = await manifests({ objects: [{ o: 1 }], glob: '*.yaml' }, files);
    expect(found).toMatchObject({
      value: [
        { value: { o: 1 }, path: [...path, 'properties', 'objects', 0], origin: 'objects[0]' },
        { value: { a: 1 }, path: [...path, 'properties', 'glob'], origin: 'a.yaml:1', locate },
        { value: { b: 1 }, path: [...path, 'properties', 'glob'], origin: 'b.yaml:1', locate },
        { value: { b: 2 }, path: [...path, 'properties', 'glob'], origin: 'b.yaml:3', locate },
      ],
    });
    const places = 'value' in found ? found.value.map(({ locate }) => locate?.(['b'])) : [];
    expect(places).toEqual([
      undefined,
      { path: 'a.yaml', line: 1, column: 1 },
      { path: 'b.yaml', line: 1, column: 1 },
      { path: 'b.yaml', line: 3, column: 1 },
    ]);
  });

  it.each([
    [
      'no file matches',
      { path: 'missing.yaml' },
      {},
      'REFERENCE_NOT_FOUND',
      'no manifest matches missing.yaml',
      'path',
    ],
    [
      'a file does not parse',
      { glob: '*.yaml' },
      { 'a.yaml': 'a: [' },
      'YAML_SYNTAX',
      expect.stringContaining('(a.yaml:'),
      'glob',
    ],
  ])('are a fault where %s', async (_, properties, files, code, message: unknown, member) => {
    expect(await manifests(properties, files as Record<string, string>)).toEqual({
      faults: [expect.objectContaining({ code, message, path: [...path, 'properties', member] })],
    });
  });

  it('show their definition the kinds of their objects alone', () => {
    const objects = [{ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } }, 'no map'];
    expect(rawSource.parameterOf(component({ objects, path: 'a' }))).toEqual({
      objects: [{ apiVersion: 'v1', kind: 'ConfigMap' }, 'no map'],
      path: 'a',
    });
  });

  it('show their definition one of each kind where each of them has one', () => {
    const object = (kind: string, name: string) => ({ apiVersion: 'v1', kind, metadata: { name } });
    const objects = [object('ConfigMap', 'a'), object('Secret', 'a'), object('ConfigMap', 'b')];
    expect(rawSource.parameterOf(component({ objects }))).toEqual({
      objects: [
        { apiVersion: 'v1', kind: 'ConfigMap' },
        { apiVersion: 'v1', kind: 'Secret' },
      ],
    });
  });

  it('make a revision pin the files that they refer to', () => {
    expect(rawSource.filesOf(component({ path: 'apps' }), ['apps/a.yaml', 'b.yaml', 'apps/c.md'])).toEqual([
      'apps/a.yaml',
    ]);
    expect(rawSource.filesOf(component({ objects: [] }), ['apps/a.yaml'])).toEqual([]);
  });
});
