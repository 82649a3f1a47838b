import { describe, expect, it } from 'vitest';
import { isOnTheWay, keySteps, withValueAt } from '../../../../hub/workflow/parameter-key.ts';

describe('a parameterKey', () => {
  it.each([
    ['url', ['url']],
    ['data.url', ['data', 'url']],
    ['list[0].name', ['list', 0, 'name']],
    ['data["a.b"].c', ['data', 'a.b', 'c']],
    ['data."a.b"', ['data', 'a.b']],
    ['', null],
    ['a..b', null],
    ['.a', null],
    ['a.', null],
    ['a[x]', null],
    ['__proto__.x', null],
  ])('%j is %j', (key, steps) => {
    expect(keySteps(key)).toEqual(steps);
  });

  it('puts a value where it leads, and makes what is missing on the way', () => {
    const before = { data: { a: 1 }, list: [{ name: 'x' }] };
    expect(withValueAt(before, ['data', 'url'], 'u')).toEqual({ ...before, data: { a: 1, url: 'u' } });
    expect(withValueAt(before, ['list', 0, 'name'], 'y')).toEqual({ ...before, list: [{ name: 'y' }] });
    expect(withValueAt({}, ['a', 1], 'u')).toEqual({ a: [undefined, 'u'] });
    expect(before).toEqual({ data: { a: 1 }, list: [{ name: 'x' }] });
  });

  it('never fills a list without an end', () => {
    expect(withValueAt({}, ['a', 4_000_000_000], 'u')).toEqual({ a: [] });
  });

  it.each([
    [['a'], ['a', 'b'], true],
    [['a', 'b'], ['a'], true],
    [['a'], ['b'], false],
  ])('%j and %j are on one way: %s', (a, b, expected) => {
    expect(isOnTheWay(a, b)).toBe(expected);
  });
});
