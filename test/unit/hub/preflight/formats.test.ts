import { describe, expect, it } from 'vitest';
import { at, objectNode, type Check } from '../../../../hub/preflight/node.ts';
import { base64Size, exceeds, isImage, name, quantity, quantityOf } from '../../../../hub/preflight/formats.ts';

const told = (value: unknown, check: Check): readonly string[] => {
  const object = objectNode({ x: value });
  check(at(object, 'x'));
  return object.found.map(({ message }) => message);
};

describe('a name', () => {
  it.each<[form: 'label' | 'subdomain' | 'key' | 'port', value: unknown, refusal: string | null]>([
    ['label', 'web-1', null],
    ['label', 'x'.repeat(63), null],
    ['label', 'x'.repeat(64), 'x has 64 characters, more than 63'],
    ['label', 'a.b', 'x is "a.b", which is not allowed'],
    ['label', 'Web', 'x is "Web", which is not allowed'],
    ['label', '-a', 'x is "-a", which is not allowed'],
    ['subdomain', 'a.b-c.d', null],
    ['subdomain', 'a..b', 'x is "a..b", which is not allowed'],
    ['key', 'A_b.c', null],
    ['key', 'a/b', 'x is "a/b", which is not allowed'],
    ['port', 'http-2', null],
    ['port', '80', 'x is "80", which is not allowed'],
    ['port', 'a--b', 'x is "a--b", which is not allowed'],
    ['port', 'x'.repeat(16), 'x has 16 characters, more than 15'],
    ['label', 7, 'x must be text, and is the number 7'],
    ['label', '', null],
    ['label', null, null],
    ['label', undefined, null],
  ])('as %s: %j', (form, value, refusal) => {
    expect(told(value, (node) => name(node, form))).toEqual(refusal === null ? [] : [refusal]);
  });
});

describe('a quantity', () => {
  it.each<[value: unknown, number: number | null]>([
    ['500m', 0.5],
    ['1Gi', 1024 ** 3],
    ['1.5k', 1500],
    ['.5', 0.5],
    ['2.', 2],
    ['-1', -1],
    ['1e3', 1000],
    ['1E-2', 0.01],
    ['2E', 2e18],
    [3, 3],
    ['1GB', null],
    ['1 Gi', null],
    ['', null],
    ['Gi', null],
    [true, null],
    [null, null],
  ])('%j', (value, number) => {
    if (number === null) expect(quantityOf(value)).toBeNull();
    else expect(quantityOf(value)).toBeCloseTo(number, 9);
  });

  it('is refused where it is none, or below zero, and not where it is absent', () => {
    expect(told('1GB', quantity)).toEqual(['x is "1GB", which is not a quantity']);
    expect(told('-1', quantity)).toEqual(['x must not be below 0, and is "-1"']);
    expect(told(undefined, quantity)).toEqual([]);
  });

  it.each<[a: unknown, b: unknown, isMore: boolean]>([
    ['2', '1', true],
    ['1', '1000m', false],
    ['1Gi', '1G', true],
    ['x', '1', false],
  ])('%j exceeds %j: %s', (a, b, isMore) => {
    expect(exceeds(a, b)).toBe(isMore);
  });
});

it.each<[text: string, size: number | null]>([
  ['', 0],
  ['aGk=', 2],
  ['aGkh', 3],
  ['aG\nk=\r\n', 2],
  ['aGk', null],
  ['a===', null],
  ['a b=', null],
])('base64 %j stands for %j bytes', (text, size) => {
  expect(base64Size(text)).toBe(size);
});

it.each<[image: string, isName: boolean]>([
  ['nginx', true],
  ['ghcr.io:5000/a/b_c:v1.2', true],
  ['[::1]:5000/a', true],
  [`a@sha256:${'0'.repeat(64)}`, true],
  ['a/B', false],
  ['a:', false],
  ['a:b:c', false],
  ['https://a/b', false],
])('the image %s', (image, isName) => {
  expect(isImage(image)).toBe(isName);
});
