import { describe, expect, it } from 'vitest';
import { construct, keyText, mergeSources } from '../../../../../shared/lib/yaml/construct.ts';
import type { MappingNode, Pair, ScalarNode, SequenceNode, YamlNode } from '../../../../../shared/lib/yaml/node.ts';

const plain = (text: string, tag = '', offset = 7): ScalarNode => ({ kind: 'scalar', text, plain: true, tag, offset });
const quoted = (text: string): ScalarNode => ({ ...plain(text), plain: false });
const list = (...nodes: readonly YamlNode[]): SequenceNode => ({
  kind: 'sequence',
  offset: 7,
  tag: '',
  items: nodes.map((node) => ({ offset: node.offset, node })),
});
const pair = (key: YamlNode, value: YamlNode): Pair => ({ offset: key.offset, key, value });
const map = (...pairs: readonly Pair[]): MappingNode => ({ kind: 'mapping', offset: 7, tag: '', pairs: [...pairs] });
const member = (key: string, value: YamlNode) => pair(plain(key), value);
const fault = (code: string, message: string) => expect.objectContaining({ code, message, offset: 7 }) as Error;

describe('the value of a node', () => {
  it.each<[rule: string, node: YamlNode, value: unknown]>([
    ['is what a plain scalar says', plain('8'), 8],
    ['is the text of a quoted one', quoted('8'), '8'],
    ['is what a tag makes of it', plain('8', '!!str'), '8'],
    ['is what a long tag makes of it', plain('8', '!<tag:yaml.org,2002:str>'), '8'],
    ['is a list', list(plain('1'), quoted('a')), [1, 'a']],
    ['is a mapping', map(member('a', plain('1'))), { a: 1 }],
    ['is a mapping with its own tag', { ...map(member('a', plain('1'))), tag: '!!map' }, { a: 1 }],
    ['has keys as text', map(member('1', plain('a')), member('yes', plain('b'))), { 1: 'a', true: 'b' }],
    [
      'has what another mapping says',
      map(member('<<', map(member('a', plain('1')))), member('b', plain('2'))),
      { a: 1, b: 2 },
    ],
    [
      'has its own member where that comes later',
      map(member('<<', map(member('a', plain('1')))), member('a', plain('2'))),
      { a: 2 },
    ],
    [
      'has a merged member where that comes later',
      map(member('a', plain('2')), member('<<', map(member('a', plain('1'))))),
      { a: 1 },
    ],
    [
      'has the first of several that are merged',
      map(member('<<', list(map(member('a', plain('1'))), map(member('a', plain('2')))))),
      { a: 1 },
    ],
    ['has a quoted << as a key', map(pair(quoted('<<'), plain('1'))), { '<<': 1 }],
  ])('%s', (_, node, value) => {
    expect(construct(node, 'yaml')).toEqual(value);
  });

  it('is one value wherever the node is named', () => {
    const shared = map(member('a', plain('1')));
    const value = construct(list(shared, shared), 'yaml') as object[];
    expect(value[0]).toBe(value[1]);
  });

  it.each<[rule: string, node: YamlNode, fault: Error]>([
    [
      'a key twice',
      map(member('a', plain('1')), member('a', plain('2'))),
      fault('YAML_DUPLICATE_KEY', 'the key a is there twice'),
    ],
    [
      'a key twice, in two ways to write it',
      map(member('1', plain('1')), pair(quoted('1'), plain('2'))),
      fault('YAML_DUPLICATE_KEY', 'the key 1 is there twice'),
    ],
    [
      'a key of every object',
      map(member('__proto__', plain('1'))),
      fault('YAML_FORBIDDEN_KEY', 'the key __proto__ is not allowed'),
    ],
    ['a key that is a list', map(pair(list(), plain('1'))), fault('YAML_SYNTAX', 'a key must be text')],
    ['an empty key', map(pair(plain(''), plain('1'))), fault('YAML_SYNTAX', 'an empty key')],
    [
      'a key that cannot be kept exactly',
      map(pair(plain('1.10'), plain('1'))),
      fault('YAML_NUMBER', 'the key 1.10 cannot be kept exactly'),
    ],
    ['an unknown tag', plain('a', '!env'), fault('YAML_UNKNOWN_TAG', 'the tag !env means nothing here')],
    [
      'a tag of another kind',
      { ...list(), tag: '!!map' },
      fault('YAML_UNKNOWN_TAG', 'the tag !!map means nothing here'),
    ],
    ['a tag that does not fit', plain('x', '!!int'), fault('YAML_SYNTAX', '`x` is not of the type !!int')],
    [
      'an inexact number',
      plain('9007199254740993'),
      fault('YAML_NUMBER', 'the number 9007199254740993 cannot be kept exactly'),
    ],
    [
      'a merge of a text',
      map(member('<<', plain('a'))),
      fault('YAML_SYNTAX', '<< must name a mapping or a list of mappings'),
    ],
    [
      'a merge of a list of texts',
      map(member('<<', list(plain('a')))),
      fault('YAML_SYNTAX', '<< must name a mapping or a list of mappings'),
    ],
  ])('is refused: %s', (_, node, expected) => {
    expect(() => construct(node, 'yaml')).toThrow(expected);
  });
});

describe('the value of a node of JSON', () => {
  it.each<[rule: string, node: YamlNode, value: unknown]>([
    ['a number', plain('1.5'), 1.5],
    ['a text', quoted('yes'), 'yes'],
  ])('is %s', (_, node, value) => {
    expect(construct(node, 'json')).toBe(value);
  });

  it.each<[rule: string, node: YamlNode, fault: Error]>([
    ['a word of YAML', plain('yes'), fault('YAML_SYNTAX', '`yes` is not a JSON value')],
    ['a tag', plain('1', '!!str'), fault('YAML_SYNTAX', 'JSON has no tags')],
    ['a key without quotes', map(member('a', plain('1'))), fault('YAML_SYNTAX', '`a` is not a JSON value')],
  ])('is refused: %s', (_, node, expected) => {
    expect(() => construct(node, 'json')).toThrow(expected);
  });
});

it('a key is its text, and merged mappings come with the winning one last', () => {
  expect(['a', '1', 'true', '~a'].map((text) => keyText(member(text, plain('')), 'yaml'))).toEqual([
    'a',
    '1',
    'true',
    '~a',
  ]);
  const [one, two] = [map(), map()];
  expect(mergeSources(member('<<', list(one, two)))).toEqual([two, one]);
});
