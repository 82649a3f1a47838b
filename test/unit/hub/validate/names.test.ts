import { describe, expect, it } from 'vitest';
import type { RawDocument } from '../../../../hub/model/source.ts';
import { checkDerived, checkLabels, checkName, isHost } from '../../../../hub/validate/names.ts';
import { reporterOf } from '../../../../hub/validate/problems.ts';
import type { Reporter } from '../../../../hub/model/reporter.ts';

const place = { path: 'a.yaml', line: 1, column: 1 };
const raw: RawDocument = { value: {}, place, locate: () => place };
const codes = (check: (reporter: Reporter) => void): string[] => {
  const reporter = reporterOf(raw, null);
  check(reporter);
  return reporter.problems.map(({ code }) => code);
};
const long = (length: number): string => 'a'.repeat(length);

describe('a name', () => {
  it.each([
    ['label', 'web-1', []],
    ['label', long(63), []],
    ['label', long(64), ['NAME_TOO_LONG']],
    ['label', 'Web', ['NAME_INVALID']],
    ['label', '-web', ['NAME_INVALID']],
    ['label', 'web-', ['NAME_INVALID']],
    ['label', 'web.one', ['NAME_INVALID']],
    ['label', '', ['NAME_INVALID']],
    ['labelValue', 'web.Deployment.web_1', []],
    ['labelValue', 'web.', ['NAME_INVALID']],
    ['labelValue', long(64), ['NAME_TOO_LONG']],
    ['subdomain', 'web.one', []],
    ['subdomain', 'web..one', ['NAME_INVALID']],
    ['subdomain', long(253), []],
    ['subdomain', long(254), ['NAME_TOO_LONG']],
  ] as const)('%s %s', (kind, name, expected) => {
    expect(codes((reporter) => checkName(kind, name, [], reporter))).toEqual(expected);
  });

  it.each([
    [63, []],
    [64, ['NAME_TOO_LONG']],
  ])('that is derived and has %s characters', (length, expected) => {
    expect(codes((reporter) => checkDerived('the Service', long(length), [], reporter))).toEqual(expected);
  });
});

describe('labels', () => {
  it.each([
    ['none', undefined, []],
    ['a name', { team: 'blue' }, []],
    ['a prefix and an empty value', { 'example.com/team': '' }, []],
    ['an empty name', { 'example.com/': 'blue' }, ['NAME_INVALID']],
    ['a prefix that is not a domain', { 'Example/team': 'blue' }, ['NAME_INVALID']],
    ['a name that is too long', { [long(64)]: 'blue' }, ['NAME_INVALID']],
    ['a value with a space', { team: 'dark blue' }, ['NAME_INVALID']],
    ['a value that is too long', { team: long(64) }, ['NAME_INVALID']],
    ['two faults', { 'te am': 'dark blue' }, ['NAME_INVALID', 'NAME_INVALID']],
  ])('with %s', (_, labels, expected) => {
    expect(codes((reporter) => checkLabels(labels, ['metadata', 'labels'], reporter))).toEqual(expected);
  });
});

describe('a host', () => {
  it.each([
    ['app.example.com', true],
    ['*.example.com', true],
    ['*', false],
    ['app.*.com', false],
    ['a b', false],
    [`${long(250)}.com`, false],
  ])('%s', (host, expected) => {
    expect(isHost(host)).toBe(expected);
  });
});
