import { describe, expect, it } from 'vitest';
import { resolveJson, resolvePlain, resolveTagged } from '../../../../../shared/lib/yaml/scalars.ts';

describe('a plain scalar', () => {
  it.each<[value: unknown, texts: readonly string[]]>([
    [null, ['', '~', 'null', 'Null', 'NULL']],
    [true, ['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'y', 'Y']],
    [false, ['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'n', 'N']],
    [8, ['8', '+8', '010', '08', '0o10', '0x8', '0X8', '0b1000', '0B1000', '0_10', '8.0', '.8e1', '80e-1']],
    [-8, ['-8', '-010', '-0x8', '-0b1000', '0b-1000']],
    [0, ['0', '-0', '+0', '0.0', '-0.0', '-0e5']],
    [1234567, ['1_234_567', '1234567.']],
    [0.5, ['.5', '0.5', '+.5'.slice(1), '5e-1']],
  ])('is %j', (value, texts) => {
    for (const text of texts) expect(resolvePlain(text), text).toEqual({ value });
  });

  it.each([
    'nul',
    'tRUE',
    'yES',
    'yeS',
    '0x',
    '0xg',
    '1.2.3',
    '1e',
    'e5',
    '.',
    '..5',
    '-',
    '+',
    '--1',
    '1 2',
    '1:30',
    '2026-01-01',
    '1e999',
  ])('is text: %s', (text) => {
    expect(resolvePlain(text)).toEqual({ value: text });
  });

  it.each(['9007199254740993', '-9007199254740993', '0x20000000000001'])(
    'that cannot be kept exactly is a fault: %s',
    (text) => {
      expect(resolvePlain(text)).toEqual({ fault: `the number ${text} cannot be kept exactly` });
    },
  );

  it.each(['.inf', '-.inf', '+.Inf', '.nan', '.NaN'])('without a JSON form is a fault: %s', (text) => {
    expect(resolvePlain(text)).toEqual({ fault: `${text} has no JSON form` });
  });

  it('that is larger than 64 bits is a float, as kubectl reads it', () => {
    expect(resolvePlain('18446744073709551616')).toEqual({ value: 18446744073709552000 });
    expect(resolvePlain('-9223372036854775809')).toEqual({ value: -9223372036854776000 });
  });

  it('that is just as large as exact numbers go is kept', () => {
    expect(resolvePlain(String(Number.MAX_SAFE_INTEGER))).toEqual({ value: Number.MAX_SAFE_INTEGER });
  });
});

describe('a tagged scalar', () => {
  it.each<[tag: string, text: string, resolved: object]>([
    ['str', '8', { value: '8' }],
    ['str', 'null', { value: 'null' }],
    ['int', '8', { value: 8 }],
    ['int', '0xee', { value: 238 }],
    ['int', '8.0', { fault: '`8.0` is not of the type !!int' }],
    ['int', '1e3', { fault: '`1e3` is not of the type !!int' }],
    ['int', 'x', { fault: '`x` is not of the type !!int' }],
    ['int', '9007199254740993', { fault: 'the number 9007199254740993 cannot be kept exactly' }],
    ['float', '8', { value: 8 }],
    ['float', 'yes', { fault: '`yes` is not of the type !!float' }],
    ['bool', 'yes', { value: true }],
    ['bool', '1', { fault: '`1` is not of the type !!bool' }],
    ['null', '', { value: null }],
    ['null', '0', { fault: '`0` is not of the type !!null' }],
    ['binary', 'aGk=', { value: 'hi' }],
    ['binary', 'aG\n  k='.replace('  ', ''), { value: 'hi' }],
    ['binary', '', { value: '' }],
    ['binary', '77u/YQ==', { value: '\ufeffa' }],
    ['binary', 'aGk', { fault: '!!binary holds no base64' }],
    ['binary', '/w==', { fault: '!!binary holds bytes that are no text' }],
  ])('!!%s %j', (tag, text, resolved) => {
    expect(resolveTagged(tag, text)).toEqual(resolved);
  });
});

describe('a literal of JSON', () => {
  it.each<[text: string, resolved: object | null]>([
    ['null', { value: null }],
    ['true', { value: true }],
    ['false', { value: false }],
    ['-0', { value: 0 }],
    ['-1.5e2', { value: -150 }],
    ['9007199254740993', { fault: 'the number 9007199254740993 cannot be kept exactly' }],
    ['1e999', { fault: '1e999 is too large' }],
    ['True', null],
    ['yes', null],
    ['01', null],
    ['+1', null],
    ['.5', null],
    ['1.', null],
    ['0x1', null],
    ['', null],
  ])('%j', (text, resolved) => {
    expect(resolveJson(text)).toEqual(resolved);
  });
});
