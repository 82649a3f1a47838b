import { describe, expect, it } from 'vitest';
import { parametersOf, type Parameter } from '../../../../hub/definitions/parameters.ts';

const brief = ({ name, isRequired, type, fallback, description, members }: Parameter): unknown => [
  `${name}${isRequired ? '!' : ''} ${type}${fallback === undefined ? '' : ` = ${fallback}`}`,
  ...(description === '' ? [] : [description]),
  ...(members.length === 0 ? [] : [members.map(brief)]),
];

describe('the parameters of a definition', () => {
  it.each([
    ['a text', 'image: string', [['image! string']]],
    ['one that may be missing', 'image?: string', [['image string']]],
    ['a default', 'count: *1 | int', [['count int = 1']]],
    ['a bounded number', 'count: *1 | int & >=0', [['count int & >=0 = 1']]],
    ['a choice', 'kind: *"A" | "B"', [['kind "A" | "B" = "A"']]],
    ['any text with a default', 'shell: *"bash" | string', [['shell string = "bash"']]],
    ['a list', 'args?: [...string]', [['args list of string']]],
    ['a list that is empty by itself', 'args: *[] | [...string]', [['args list of string = []']]],
    ['null by itself', 'args: *null | [...string]', [['args list of string = what is there']]],
    ['a map', 'labels?: [string]: string', [['labels map of string']]],
    [
      'a map of structs',
      'env: [string]: {secret: string, key?: string}',
      [['env map of map', [['secret! string'], ['key string']]]],
    ],
    ['a struct', 'limit?: {\n\tcpu?: string | number\n}', [['limit map', [['cpu string | number']]]]],
    ['a struct that fills itself', 'sync: {type: *"send" | string}', [['sync map', [['type string = "send"']]]]],
    ['a struct of one member', 'exec?: command: [...string]', [['exec map', [['command! list of string']]]]],
    ['a pattern with what CUE reads as marks', 'size: =~"^[{|,]//$"', [['size! =~"^[{|,]//$"']]],
    ['what it is for', '// The image,\n\t// whole.\n\timage: string', [['image! string', 'The image, whole.']]],
    [
      'what it is for, as KubeVela writes it',
      '// +usage=The image.\n\t// +short=i\n\timage: string',
      [['image! string', 'The image.']],
    ],
    ['open structs', 'kind: string\n\t...', [['kind! string']]],
    ['a quoted name', '"a-b"?: int', [['a-b int']]],
  ])('are read: %s', (_, text, wanted) => {
    expect(parametersOf(`output: {}\n\nparameter: {\n\t${text}\n}\n`).map(brief)).toEqual(wanted);
  });

  it('follow the definitions of the text, named and alone', () => {
    const text =
      'parameter: {\n\t#One\n\tmore: *[] | [...#One]\n\tboth: [...{#One, name: string}]\n}\n#One: {\n\timage: string\n}\n';
    expect(parametersOf(text).map(brief)).toEqual([
      ['image! string'],
      ['more list of map = []', [['image! string']]],
      ['both! list of map', [['image! string'], ['name! string']]],
    ]);
  });

  it('may be every name, and may stand in several places', () => {
    expect(parametersOf('// The labels.\nparameter: [string]: string | null\n').map(brief)).toEqual([
      ['<name> map of string | null', 'The labels.'],
    ]);
    expect(parametersOf('parameter: a: int\nparameter: {b: int}\n').map(brief)).toEqual([['a! int'], ['b! int']]);
  });

  it('are none where a text does not end', () => {
    expect(() => parametersOf('parameter: {a: "b}\n')).toThrow(/does not end/);
  });
});
