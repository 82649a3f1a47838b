import { describe, expect, it } from 'vitest';
import { withLiveValues } from '../../../../agent/apply/ignored.ts';
import { fieldsHash } from '../../../../agent/live/project.ts';
import { owner } from '../../../../shared/model/names.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const made = (more: object, ...pointers: readonly string[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'A',
  metadata: { name: 'a', annotations: { [owner.ignoreDifferences]: JSON.stringify(pointers) } },
  ...more,
});
const sent = (pointer: string, wanted: object, live: object) => {
  const { apiVersion, kind, metadata } = made({}, pointer);
  const whole = withLiveValues(made(wanted, pointer), made(live));
  expect(whole).toMatchObject({ apiVersion, kind, metadata });
  const rest: Partial<KubeObject> = { ...whole };
  delete rest.apiVersion;
  delete rest.kind;
  delete rest.metadata;
  return rest;
};

describe('a field that is left to others', () => {
  it.each<[rule: string, pointer: string, wanted: object, live: object, sent: object]>([
    [
      'is sent as it is live',
      '/spec/replicas',
      { spec: { replicas: 1, x: 1 } },
      { spec: { replicas: 4 } },
      { spec: { replicas: 4, x: 1 } },
    ],
    [
      'is not sent where it is not live',
      '/spec/replicas',
      { spec: { replicas: 1, x: 1 } },
      { spec: {} },
      { spec: { x: 1 } },
    ],
    [
      'may be missing from the manifest',
      '/spec/a/b',
      { spec: {} },
      { spec: { a: { b: 1, c: 2 } } },
      { spec: { a: { b: 1 } } },
    ],
    ['may be a whole part', '/spec', { spec: { a: 1 } }, { spec: { b: 2 } }, { spec: { b: 2 } }],
    [
      'may have a slash in its name',
      '/data/a~1b',
      { data: { 'a/b': 1 } },
      { data: { 'a/b': 2 } },
      { data: { 'a/b': 2 } },
    ],
    [
      'may be in an element of a list, which is found by its name',
      '/hooks/0/ca',
      { hooks: [{ name: 'x', ca: '' }, { name: 'y' }] },
      {
        hooks: [
          { name: 'y', ca: 'no' },
          { name: 'x', ca: 'injected' },
        ],
      },
      { hooks: [{ name: 'x', ca: 'injected' }, { name: 'y' }] },
    ],
    [
      'is found by its place in a list without names',
      '/l/1/v',
      { l: [{ v: 1 }, { v: 2 }] },
      { l: [{ v: 8 }, { v: 9 }] },
      { l: [{ v: 1 }, { v: 9 }] },
    ],
    [
      'is left alone where a list has no such element',
      '/l/5/v',
      { l: [{ v: 1 }] },
      { l: [{ v: 8 }] },
      { l: [{ v: 1 }] },
    ],
  ])('%s', (_, pointer, wanted, live, expected) => {
    expect(sent(pointer, wanted, live)).toEqual(expected);
  });

  const hashOf = (fields: object, ...pointers: readonly string[]) =>
    fieldsHash({
      name: 'a',
      annotations: { [owner.ignoreDifferences]: JSON.stringify(pointers) },
      managedFields: [{ manager: 'sluice-agent', operation: 'Apply', apiVersion: 'v1', fieldsV1: fields }],
    });
  const both = { 'f:spec': { 'f:replicas': {}, 'f:x': {} } };

  it('2.21 is not drift when another manager takes it, and every other field is', () => {
    const taken = { 'f:spec': { 'f:x': {} } };
    expect(hashOf(taken, '/spec/replicas')).toBe(hashOf(both, '/spec/replicas'));
    expect(hashOf(taken, '/spec/y')).not.toBe(hashOf(both, '/spec/y'));
    expect(hashOf({ 'f:spec': { 'f:replicas': {} } }, '/spec/replicas')).not.toBe(hashOf(both, '/spec/replicas'));
  });

  it('is not drift in any element of the list that it is in', () => {
    const hook = (ca: object) => ({
      'f:webhooks': { 'k:{"name":"x"}': { '.': {}, 'f:clientConfig': { 'f:service': {}, ...ca } } },
    });
    const pointer = '/webhooks/0/clientConfig/caBundle';
    expect(hashOf(hook({ 'f:caBundle': {} }), pointer)).toBe(hashOf(hook({}), pointer));
    expect(hashOf(hook({ 'f:url': {} }), pointer)).not.toBe(hashOf(hook({}), pointer));
  });
});
