import { describe, expect, it } from 'vitest';
import * as fields from '../../../../agent/model/fields.ts';

const object = { spec: { replicas: 3, name: 'web', list: [1, 'a'], labels: { a: 'x', n: 1, o: {} }, nothing: null } };

describe('a member of an object of unknown shape', () => {
  it.each<[path: readonly string[], value: unknown]>([
    [['spec', 'replicas'], 3],
    [['spec', 'list', '1'], 'a'],
    [['spec', 'nothing'], null],
    [['spec', 'nothing', 'x'], undefined],
    [['spec', 'name', 'length'], undefined],
    [['none', 'at', 'all'], undefined],
    [[], object],
  ])('at %j', (path, value) => {
    expect(fields.get(object, ...path)).toEqual(value);
  });

  const readers = [
    ['numberAt', fields.numberAt],
    ['stringAt', fields.stringAt],
    ['listAt', fields.listAt],
    ['recordAt', fields.recordAt],
    ['textsAt', fields.textsAt],
  ] as const;

  it.each<[member: string, values: readonly unknown[]]>([
    ['replicas', [3, null, [], {}, null]],
    ['name', [null, 'web', [], {}, null]],
    ['list', [null, null, [1, 'a'], [1, 'a'], { 1: 'a' }]],
    ['labels', [null, null, [], { a: 'x', n: 1, o: {} }, { a: 'x' }]],
    ['nothing', [null, null, [], {}, null]],
    ['missing', [null, null, [], {}, null]],
  ])('%s as number, text, list, record, texts', (member, values) => {
    expect(readers.map(([, read]) => read(object, 'spec', member))).toEqual(values);
  });

  it.each([null, undefined, 'text', 7])('of %j is not there', (value) => {
    expect(readers.map(([, read]) => read(value, 'a'))).toEqual([null, null, [], {}, null]);
  });
});

describe('conditions', () => {
  it.each<[rule: string, one: unknown, condition: object]>([
    [
      'are read with their words',
      { type: 'Ready', status: 'False', reason: 'R', message: 'm' },
      { type: 'Ready', status: 'False', reason: 'R', message: 'm' },
    ],
    ['may lack words', { type: 'Ready', status: 'True' }, { type: 'Ready', status: 'True', reason: '', message: '' }],
    ['may say true', { type: 'Ready', status: true }, { type: 'Ready', status: 'True', reason: '', message: '' }],
    ['may say false', { type: 'Ready', status: false }, { type: 'Ready', status: 'False', reason: '', message: '' }],
    ['may say nothing', { type: 'Ready' }, { type: 'Ready', status: 'Unknown', reason: '', message: '' }],
    ['may be anything', 'Ready', { type: '', status: 'Unknown', reason: '', message: '' }],
  ])('%s', (_, one, condition) => {
    expect(fields.conditionsOf([one])).toEqual([condition]);
  });

  it('are found by type, the first one of two', () => {
    const list = [
      { type: 'A', status: 'True', reason: 'first' },
      { type: 'A', status: 'False', reason: 'second' },
    ];
    expect(fields.conditionOf({ status: { conditions: list } }, 'A')?.reason).toBe('first');
    expect(fields.conditionOf({ status: { conditions: list } }, 'B')).toBeNull();
    expect(fields.conditionOf({ status: { conditions: 'none' } }, 'A')).toBeNull();
    expect(fields.conditionOf({}, 'A')).toBeNull();
  });
});
