import { describe, expect, it } from 'vitest';
import { faultOf } from '../../../../hub/cue/fault.ts';

const told = {
  template: 'output: {}\nparameter: { kind: "web" | "worker" }',
  parameter: { image: 'secret', ports: [{ port: 'x' }], on: true, n: 5, m: {} },
};
const property = (fault: string) => faultOf({ fault, parameter: true }, told);

describe('a fault of the evaluator, in the words of properties', () => {
  it.each<[fault: string, code: string, message: string, parameter: readonly (string | number)[]]>([
    ['r: field not allowed: imgae', 'UNKNOWN_FIELD', 'unknown property "imgae"', ['imgae']],
    ['r.ports.0: field not allowed: prot', 'UNKNOWN_FIELD', 'unknown property "ports.0.prot"', ['ports', 0, 'prot']],
    ['r."a.b".c: field not allowed: d', 'UNKNOWN_FIELD', 'unknown property ""a.b".c.d"', ['a.b', 'c', 'd']],
    [
      'cue: marshal error: r.image: cannot convert incomplete value "string" to JSON',
      'DOCUMENT_INVALID',
      'property "image" is missing (string)',
      ['image'],
    ],
    [
      'r.image: conflicting values "secret" and int (mismatched types string and int)',
      'DOCUMENT_INVALID',
      'property "image" has the wrong type: int is wanted, and it is string',
      ['image'],
    ],
    [
      'r.image: conflicting values int and "secret" (mismatched types int and string)',
      'DOCUMENT_INVALID',
      'property "image" has the wrong type: int is wanted, and it is string',
      ['image'],
    ],
    [
      'r.on: conflicting values string and true (mismatched types string and bool)',
      'DOCUMENT_INVALID',
      'property "on" has the wrong type: string is wanted, and it is bool',
      ['on'],
    ],
    [
      'r.m: conflicting values [...] and {} (mismatched types list and struct)',
      'DOCUMENT_INVALID',
      'property "m" has the wrong type: list is wanted, and it is struct',
      ['m'],
    ],
    [
      'r.image: conflicting values "web" and "secret"',
      'DOCUMENT_INVALID',
      'property "image" has a value that is not allowed: "web" is',
      ['image'],
    ],
    [
      'r.image: 2 errors in empty disjunction:',
      'DOCUMENT_INVALID',
      'property "image" has none of the values that are allowed',
      ['image'],
    ],
    [
      'r.n: invalid value 5 (out of bound <3)',
      'DOCUMENT_INVALID',
      'property "n" is invalid: [value] (out of bound <[value])',
      ['n'],
    ],
    [
      'r.n: something "secret" else (and 3 more errors)',
      'DOCUMENT_INVALID',
      'property "n": something [value] else',
      ['n'],
    ],
  ])('%s', (fault, code, message, parameter) => {
    expect(property(fault)).toMatchObject({ code, message, parameter });
  });

  it('says what is wanted of a property that is missing', () => {
    expect(property('r.image: cannot convert incomplete value "string" to JSON').wanted).toBe('string');
  });

  it.each<[rule: string, fault: string, message: string]>([
    [
      'its place',
      '_v.output.spec: reference "x" not found',
      'the template is wrong at output.spec: reference [value] not found',
    ],
    ['nothing where it has no place', 'expected operand, found }', 'the template is wrong: expected operand, found }'],
  ])('is one of the template elsewhere, and says %s', (_, fault, message) => {
    expect(faultOf({ fault, parameter: false }, told)).toEqual({
      code: 'RENDER_FAILED',
      message,
    });
  });
});
