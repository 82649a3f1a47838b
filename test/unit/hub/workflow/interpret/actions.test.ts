import { describe, expect, it } from 'vitest';
import { actionsOf } from '../../../../../hub/workflow/interpret/actions.ts';

const lines = (template: string): readonly string[] | string => {
  const read = actionsOf(template);
  if ('fault' in read) return read.fault;
  return read.actions.map(({ name, path, isNew }) => `${path.join('.')} ${name}${isNew ? ' new' : ''}`);
};

describe('the actions of a template', () => {
  it.each<[string, string, readonly string[] | string]>([
    [
      'are fields, in their order',
      'a: op.#Apply & {value: {}}\nb: op.#ConditionalWait & {continue: true}',
      ['a Apply', 'b ConditionalWait'],
    ],
    [
      'have the newer spelling, too',
      'a: kube.#Apply & {$params: {}}\n"b-c": builtin.#Suspend & {}',
      ['a Apply new', 'b-c Suspend new'],
    ],
    ['stand below conditions', 'if parameter.x != _|_ {\n a: op.#Message & {message: "x"}\n}', ['a Message']],
    [
      'stand in steps',
      'a: op.#Steps & {\n b: op.#Log & {}\n if true { c: op.#Fail & {} }\n}\nd: op.#Log',
      ['a.b Log', 'a.c Fail', 'd Log'],
    ],
    ['are no others', 'x: {output: {a: 1}}\nparameter: {if: string}\ny: "op.#Apply"\n// op.#Delete', []],
    ['are not what is not supported', 'a: op.#Delete & {}', 'the action op.#Delete is not supported'],
    [
      'are not those of a package that is not there',
      'import (\n\t"strings"\n\t"vela/multicluster"\n)\na: multicluster.#Deploy & {}',
      'the action multicluster.#Deploy is not supported',
    ],
    [
      'are not those of a package that is renamed',
      'import k "vela/kube"\na: k.#Apply & {}',
      'the action k.#Apply is not supported',
    ],
    [
      'are not in a loop',
      'for x in parameter.list { "a-\\(x)": op.#Log & {} }',
      'op.#Log does not stand in a field of its own',
    ],
    [
      'are not inside of something else',
      'a: {b: http.#HTTPGet & {}}',
      'http.#HTTPGet does not stand in a field of its own',
    ],
  ])('%s', (_, template, expected) => {
    expect(lines(template)).toEqual(expected);
  });
});
