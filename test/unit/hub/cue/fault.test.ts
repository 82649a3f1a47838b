import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../../../hub/cue/fault.ts';
import type { CueRefusal } from '../../../../hub/cue/program.ts';

const told = {
  template: 'output: {}\nparameter: { kind: "web" | "worker" }',
  parameter: { image: 'secret', ports: [{ port: 'x' }], on: true, n: 5, m: {} },
};
const refusal = (path: readonly string[], message: string, kind = ''): CueRefusal => ({
  path: ['parameter', ...path],
  kind,
  message,
  places: [{ line: 2, column: 15 }],
});
const ofProperties = (...faults: readonly CueRefusal[]) => faultsOf({ faults, ofParameter: true }, told);

describe('a fault of the evaluator, in the words of properties', () => {
  it.each([
    ['incomplete value {a?:int} | {b:[]}', 'the properties fit more than one choice: {a?:int} | {b:[]}'],
    ['2 errors in empty disjunction:', 'the properties have none of the values that are allowed'],
  ])('says of all of them: %s', (said, message) => {
    expect(ofProperties(refusal([], said))).toEqual([expect.objectContaining({ message, parameter: [] })]);
  });

  it.each<[path: string, said: string, code: string, message: string, parameter: readonly (string | number)[]]>([
    ['imgae', 'field not allowed', 'UNKNOWN_FIELD', 'unknown property "imgae"', ['imgae']],
    ['ports 0 prot', 'field not allowed', 'UNKNOWN_FIELD', 'unknown property "ports.0.prot"', ['ports', 0, 'prot']],
    ['a.b c d', 'field not allowed', 'UNKNOWN_FIELD', 'unknown property "a.b.c.d"', ['a.b', 'c', 'd']],
    ['image', 'incomplete value string', 'DOCUMENT_INVALID', 'property "image" is missing (string)', ['image']],
    ['image', 'field is required but not present', 'DOCUMENT_INVALID', 'property "image" is missing', ['image']],
    [
      'image',
      'conflicting values "secret" and int (mismatched types string and int)',
      'DOCUMENT_INVALID',
      'property "image" has the wrong type: int is wanted, and it is string',
      ['image'],
    ],
    [
      'image',
      'conflicting values int and "secret" (mismatched types int and string)',
      'DOCUMENT_INVALID',
      'property "image" has the wrong type: int is wanted, and it is string',
      ['image'],
    ],
    [
      'on',
      'conflicting values string and true (mismatched types string and bool)',
      'DOCUMENT_INVALID',
      'property "on" has the wrong type: string is wanted, and it is bool',
      ['on'],
    ],
    [
      'm',
      'conflicting values [...] and {} (mismatched types list and struct)',
      'DOCUMENT_INVALID',
      'property "m" has the wrong type: list is wanted, and it is struct',
      ['m'],
    ],
    [
      'image',
      'conflicting values "web" and "secret"',
      'DOCUMENT_INVALID',
      'property "image" has a value that is not allowed: "web" is',
      ['image'],
    ],
    [
      'n',
      'invalid value 5 (out of bound <3)',
      'DOCUMENT_INVALID',
      'property "n" is invalid: [value] (out of bound <[value])',
      ['n'],
    ],
    ['n', 'something "secret" else', 'DOCUMENT_INVALID', 'property "n": something [value] else', ['n']],
  ])('%s: %s', (path, said, code, message, parameter) => {
    expect(ofProperties(refusal(path.split(' '), said))).toMatchObject([{ code, message, parameter }]);
  });

  it('says what is wanted of a property that is missing', () => {
    expect(ofProperties(refusal(['image'], 'incomplete value string'))[0]?.wanted).toBe('string');
  });

  it('is told once for each property, and of a choice that nothing fits once for all', () => {
    const faults = [
      refusal(['kind'], '2 errors in empty disjunction:', '%d errors in empty disjunction:'),
      refusal(['kind'], 'conflicting values "web" and "x"'),
      refusal(['kind', 'of'], 'field not allowed'),
      refusal(['n'], 'incomplete value int'),
      refusal(['n'], 'incomplete value int'),
    ];
    expect(ofProperties(...faults).map(({ message }) => message)).toEqual([
      'property "kind" has none of the values that are allowed',
      'property "n" is missing (int)',
    ]);
  });

  it('names the package that only a controller has, and what to write', () => {
    const fault = {
      path: [],
      kind: '',
      message: 'builtin package "vela/helm" undefined',
      places: [{ line: 1, column: 8 }],
    };
    expect(faultsOf({ faults: [fault], ofParameter: false }, told)).toMatchObject([
      {
        code: 'RENDER_FAILED',
        message:
          'the template is wrong (line 1, column 8): it imports vela/helm, which acts on a cluster while it is evaluated',
        hint: expect.stringContaining('k8s-objects') as string,
      },
    ]);
  });

  it('says how a template asks for what need not be given', () => {
    const fault = { path: ['patch'], kind: '', message: 'cannot reference optional field: l', places: [] };
    expect(faultsOf({ faults: [fault], ofParameter: false }, told)).toMatchObject([
      { hint: expect.stringContaining('write "if parameter.l != _|_"') as string },
    ]);
  });

  it.each<[rule: string, refusal: CueRefusal, message: string]>([
    [
      'its place',
      { path: ['output', 'spec'], kind: '', message: 'reference "x" not found', places: [{ line: 3, column: 7 }] },
      'the template is wrong at output.spec (line 3, column 7): reference [value] not found',
    ],
    [
      'the name that it has and that there is not',
      { path: [], kind: 'reference %q not found', message: 'reference "x" not found', places: [] },
      'the template is wrong: reference "x" not found',
    ],
    [
      'nothing where it has no place',
      { path: [], kind: '', message: 'expected operand, found }', places: [] },
      'the template is wrong: expected operand, found }',
    ],
  ])('is one of the template elsewhere, and says %s', (_, fault, message) => {
    const [place] = fault.places;
    expect(faultsOf({ faults: [fault, fault], ofParameter: false }, told)).toEqual([
      { code: 'RENDER_FAILED', message, ...(place !== undefined && { place }) },
    ]);
  });
});
