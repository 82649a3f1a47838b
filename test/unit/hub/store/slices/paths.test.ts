import { describe, expect, it } from 'vitest';
import { makeTree } from '../../../../../hub/model/git-tree.ts';
import { fileOf, keySegments, segment, spread } from '../../../../../hub/store/slices/paths.ts';

describe('a text as a segment of a path', () => {
  it.each<[text: string, segment: string]>([
    ['prod-1', 'prod-1'],
    ['a.b_c', 'a.b_c'],
    ['.', '%2E'],
    ['..', '%2E.'],
    ['.git', '%2Egit'],
    ['', '%'],
    ['a/b', 'a%2Fb'],
    ['%', '%25'],
    ["it's (*~!)", 'it%27s%20%28%2A%7E%21%29'],
    ['grün', 'gr%C3%BCn'],
    ['a\0b', 'a%00b'],
  ])('%j', (text, expected) => {
    expect(segment(text)).toBe(expected);
    expect(() => makeTree([{ name: segment(text), kind: 'file', oid: '1'.repeat(40) }])).not.toThrow();
  });

  it('is another one for another text', () => {
    const texts = ['', '%', '.', '%2E', '..', 'a/b', 'a%2Fb', 'A', 'a'];
    expect(new Set(texts.map(segment)).size).toBe(texts.length);
  });
});

it('a key is one segment a part, and its file has the ending', () => {
  expect(keySegments('default/web')).toEqual(['default', 'web']);
  expect(fileOf('default/web')).toEqual(['default', 'web.json']);
  expect(fileOf('a')).toEqual(['a.json']);
  expect(fileOf('a/.x')).toEqual(['a', '%2Ex.json']);
});

it('names are spread over 256 folders', () => {
  const folders = new Set(Array.from({ length: 5_000 }, (_, n) => spread(`cluster-${n}`)));
  expect([...folders].every((one) => /^[0-9a-f]{2}$/.test(one))).toBe(true);
  expect(folders.size).toBeGreaterThan(250);
});
