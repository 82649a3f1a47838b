import { expect, it } from 'vitest';
import { changedField } from '../../../../agent/apply/changed-field.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const own = { manager: 'sluice-agent', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:gone': {} } } };
const object = (spec: object, managedFields: readonly object[] = []): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a', managedFields }, spec }) as never;

it.each<[string, object, object, string, string | null]>([
  ['the same value', { a: 1 }, { a: 1 }, '/spec/a', null],
  ['another value', { a: 1 }, { a: 2 }, '/spec/a', '/spec/a'],
  ['a value that is not there yet', { a: 1 }, {}, '/spec/a', '/spec/a'],
  ['another field', { a: 1, b: 1 }, { a: 1, b: 2 }, '/spec/a', null],
  ['what the server adds', { a: { b: 1 } }, { a: { b: 1, c: 2 } }, '/spec/a', null],
  ['a form of the server', { a: '1000m' }, { a: '1' }, '/spec/a', null],
  ['an element of a list', { a: [{ b: 1 }, { b: 2 }] }, { a: [{ b: 1 }, { b: 3 }] }, '/spec/a', '/spec/a'],
  ['a longer list', { a: [1, 2] }, { a: [1] }, '/spec/a', '/spec/a'],
  ['a field below a list', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, '/spec/a/0/b', '/spec/a/0/b'],
  ['a field that is left out', {}, { gone: 1 }, '/spec/gone', '/spec/gone'],
  ['a field of others that was never in it', {}, { theirs: 1 }, '/spec/theirs', null],
  ['a field that neither has', {}, {}, '/spec/gone', null],
])('of %s it is told whether it changes', (_, wanted, live, pointer, expected) => {
  expect(changedField(object(wanted), object(live, [own]), [pointer])).toBe(expected);
});
