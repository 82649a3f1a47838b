import { describe, expect, it } from 'vitest';
import { expressionTemplate, withoutImports } from '../../../../hub/cue/expression.ts';

describe('an expression of CUE', () => {
  it.each<[rule: string, expression: string, template: string]>([
    ['is the member that is asked for', 'a + 1', '\nparameter: {...}\na: 1\nerrs: a + 1\n'],
    [
      'has what it imports on top',
      'import "math"\n\nmath.Floor(a)',
      'import "math"\n\n\nparameter: {...}\na: 1\nerrs: math.Floor(a)\n',
    ],
    [
      'has what it names without importing it',
      'strings.ToUpper("a")',
      'import "strings"\n\nparameter: {...}\na: 1\nerrs: strings.ToUpper("a")\n',
    ],
    [
      'has no package that only words name',
      '// strings.ToUpper\na.b + "list.Max" // math.Floor',
      '// strings.ToUpper\n\nparameter: {...}\na: 1\nerrs: a.b + "list.Max" // math.Floor\n',
    ],
    [
      'has a package that a text computes with',
      '"a \\(strings.ToUpper(a))"',
      'import "strings"\n\nparameter: {...}\na: 1\nerrs: "a \\(strings.ToUpper(a))"\n',
    ],
    ['has no package of the name of a member', 'a.list.X', '\nparameter: {...}\na: 1\nerrs: a.list.X\n'],
  ])('%s', (_, expression, template) => {
    expect(expressionTemplate(expression, ['a: 1'])).toBe(template);
  });

  it.each<[text: string, imports: string]>([
    ['a: 1', ''],
    ['// import "x"\nimport "a"\nimport b "c/d"\nx: 1', '// import "x"\nimport "a"\nimport b "c/d"\n'],
    ['import (\n"a"\n)\nx: 1', 'import (\n"a"\n)\n'],
    ['import (\n// a) b "c\n"a" // d\n)\nx: 1', 'import (\n// a) b "c\n"a" // d\n)\n'],
  ])('%j imports %j', (text, imports) => {
    expect(withoutImports(text)).toEqual({ imports, rest: text.slice(imports.length) });
  });
});
