import { describe, expect, it } from 'vitest';
import { decideKeys, type FoundKeys, type KeysDecision } from '../../../../hub/keys/decide.ts';
import { isSluiceError } from '../../../../shared/errors.ts';

const nothing: FoundKeys = {
  hubKey: 'gone',
  roots: 'gone',
  areUnused: false,
  ledger: 'gone',
  channel: 'gone',
  mayBegin: false,
};
const there = { hubKey: 'there', roots: 'there' } as const;

const outcome = (found: Partial<FoundKeys>): string => {
  try {
    return decideKeys({ ...nothing, ...found }, 'keys');
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    expect([error.data.path, error.data.hint]).toEqual(['keys', expect.any(String)]);
    return error.code;
  }
};

describe('what becomes of the keys of a data folder', () => {
  it.each<[string, Partial<FoundKeys>, KeysDecision | 'CONFIG_INVALID' | 'LEDGER_INVALID']>([
    ['an empty folder', {}, 'make'],
    ['a making that was cut', { hubKey: 'there', areUnused: true }, 'make'],
    ['a first start that was cut', { ...there, areUnused: true }, 'make'],
    ['everything', { ...there, ledger: 'there', channel: 'there' }, 'go on'],
    ['no channel', { ...there, ledger: 'there' }, 'go on'],
    ['no root documents', { hubKey: 'there', ledger: 'there', channel: 'there' }, 'go on'],
    ['no hub key', { roots: 'there', ledger: 'there', channel: 'there' }, 'CONFIG_INVALID'],
    ['no keys', { ledger: 'there', channel: 'there' }, 'CONFIG_INVALID'],
    ['no ledger', { ...there, channel: 'there' }, 'LEDGER_INVALID'],
    ['no ledger, and one may be begun', { ...there, channel: 'there', mayBegin: true }, 'LEDGER_INVALID'],
    ['no ledger, and keys that signed nothing', { ...there, channel: 'there', areUnused: true }, 'LEDGER_INVALID'],
    ['the channel alone', { channel: 'there' }, 'LEDGER_INVALID'],
    ['the keys alone', there, 'LEDGER_INVALID'],
    ['the keys alone, and a ledger may be begun', { ...there, mayBegin: true }, 'begin'],
    ['the hub key alone', { hubKey: 'there' }, 'CONFIG_INVALID'],
    ['the hub key alone, and a ledger may be begun', { hubKey: 'there', mayBegin: true }, 'CONFIG_INVALID'],
    ['the root documents alone', { roots: 'there', mayBegin: true }, 'CONFIG_INVALID'],
  ])('%s', (_, found, expected) => expect(outcome(found)).toBe(expected));
});
