import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../../../shared/lib/yaml.ts';
import { placesIn, spotIn, type YamlPath } from '../../../../../shared/lib/yaml/places.ts';

const text = `a: 1
list:
  - x: 1
    c: [2, 3]
  - &two z
  - *two
base: &base {o: 1, deep: {m: 2}}
merged:
  own: 1
  <<: *base
  10: ten
  9: nine
`;
const [document] = parseYaml(text, 'a.yaml');
const places = document?.places() ?? new Uint32Array(0);
const at = (path: YamlPath): string => Object.values(spotIn(places, document?.value, path)).join(':');

describe('the places of a document', () => {
  it.each<readonly [YamlPath, string]>([
    [[], '1:1'],
    [['a'], '1:1'],
    [['list'], '2:1'],
    [['list', 0], '3:5'],
    [['list', 0, 'c'], '4:5'],
    [['list', 0, 'c', 1], '4:12'],
    [['list', 1], '5:5'],
    // An alias stands where it is written.
    [['list', 2], '6:5'],
    [['base', 'deep', 'm'], '7:27'],
    // What is merged in stands where it was written.
    [['merged', 'o'], '7:14'],
    [['merged', 'deep', 'm'], '7:27'],
    // Keys that are whole numbers come first in a value, wherever they stand.
    [['merged', '10'], '11:3'],
    [['merged', '9'], '12:3'],
    [['merged', 'own'], '9:3'],
    // What is not there: its nearest parent.
    [['list', 7, 'x'], '2:1'],
    [['list', 0, 'q'], '3:5'],
    [['a', 'b'], '1:1'],
    [['toString'], '1:1'],
  ])('%j is at %s', (path, spot) => {
    expect(at(path)).toBe(spot);
  });

  it('of a large mapping are found by listing its members once', () => {
    const [large] = parseYaml(Array.from({ length: 1_000 }, (_, index) => `k${index}: ${index}`).join('\n'), 'a.yaml');
    let lists = 0;
    const value = new Proxy(large?.value as object, {
      ownKeys: (target) => {
        lists += 1;
        return Reflect.ownKeys(target);
      },
    });
    const lines = ['k1', 'k2', 'k3', 'k900'].map((key) => spotIn(large!.places(), value, [key]).line);
    expect([lines, lists]).toEqual([[2, 3, 4, 901], 1]);
  });

  it.each<readonly [rule: string, text: string, path: YamlPath, spot: string]>([
    ['a block', 'x:\n  t: |\n    one\n    two\n', ['x', 't', 2, 2], '4:6'],
    ['a block with an empty line first', 'x:\n  t: |-\n\n    two\n', ['x', 't', 2, 2], '4:6'],
    ['a block with a comment', 'x:\n  t: | # the text\n    one\n      two\n', ['x', 't', 2, 4], '4:8'],
    ['a block that says its indent', 'x:\n  t: |2\n      one\n    two\n', ['x', 't', 1, 3], '3:7'],
    ['a block with an anchor', 'x:\n  t: &a |\n    one\n', ['x', 't', 1, 1], '3:5'],
    ['what names a block', 'a: &a |\n  one\n  two\nb: *a\n', ['b', 2, 1], '3:3'],
    ['a text on its line', 'x:\n  t: "one\\ntwo"\n', ['x', 't', 2, 2], '2:3'],
    ['a block whose lines are joined', 'x:\n  t: >\n    one\n    two\n', ['x', 't', 2, 2], '2:3'],
    ['what is no text', 'x:\n  t: [1, 2]\n', ['x', 't', 5, 2], '2:3'],
    ['what comes after a block', 'x:\n  t: |\n    one\n  u: 1\n', ['x', 'u'], '4:3'],
    ['a member of a block that is not there', 'x:\n  t: |\n    one\n', ['x', 't', 'y'], '2:3'],
  ])('are known inside of %s', (_, written, path, spot) => {
    const [one] = parseYaml(written, 'a.yaml');
    expect(Object.values(one!.locate(path)).join(':')).toBe(spot);
  });

  it('are three numbers for each value, and those of a part are a part of them', () => {
    const list = placesIn(places, document?.value, ['list']);
    expect([list.length, list[0]]).toEqual([3 * 8, 8]);
    const value = (document?.value as { list: unknown }).list;
    expect(spotIn(list, value, [0, 'c', 0])).toEqual({ line: 4, column: 9 });
  });
});
