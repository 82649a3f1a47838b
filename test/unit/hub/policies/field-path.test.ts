import { expect, it } from 'vitest';
import { pointerOf } from '../../../../hub/policies/field-path.ts';

it.each([
  ['spec.replicas', '/spec/replicas'],
  ['spec.template.spec.containers[0].image', '/spec/template/spec/containers/0/image'],
  ['metadata.annotations["a.b/c"]', '/metadata/annotations/a.b~1c'],
  ["metadata.labels['x~y']", '/metadata/labels/x~0y'],
  ['data', '/data'],
  ['', null],
  ['.spec', null],
  ['spec..replicas', null],
  ['spec.', null],
  ['spec[x]', null],
  ['[0]', null],
  ['/spec/replicas', null],
])('the pointer of %j is %s', (path, pointer) => {
  expect(pointerOf(path)).toBe(pointer);
});
