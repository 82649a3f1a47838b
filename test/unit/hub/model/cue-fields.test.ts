import { describe, expect, it } from 'vitest';
import { fieldsNamed, fieldsOfValue, fieldsRead, wholeObject } from '../../../../hub/model/cue-fields.ts';

const read = (...texts: readonly string[]) =>
  Object.fromEntries(fieldsRead(texts).map(({ of, fields }) => [of ?? 'output', fields]));

describe('the fields that a status text reads', () => {
  it.each<readonly [string, string, Readonly<Record<string, readonly string[]>>]>([
    ['none of a text that reads none', 'isHealth: false', {}],
    ['by names', 'isHealth: context.output.status.phase == "Ready"', { output: ['/status/phase'] }],
    ['by quoted names', 'isHealth: context.output.status["my-phase"] == "a"', { output: ['/status/my-phase'] }],
    [
      'with escapes',
      'a: context.output.metadata.annotations["app.oam.dev/x~y"]',
      { output: ['/metadata/annotations/app.oam.dev~1x~0y'] },
    ],
    ['up to an index', 'a: context.output.status.conditions[0].type', { output: ['/status/conditions'] }],
    [
      'that are looped over',
      'a: [for c in context.output.status.conditions {c.type}]',
      { output: ['/status/conditions'] },
    ],
    [
      'inside of strings',
      'message: "Ready:\\(context.output.status.ready)/\\(context.output.spec.n)"',
      { output: ['/spec/n', '/status/ready'] },
    ],
    [
      'inside of raw strings',
      'message: #"a \\#(context.output.status.a) \\(context.output.status.b)"#',
      { output: ['/status/a'] },
    ],
    ['inside of long strings', 'message: """\n  \\(context.output.status.a)\n  """', { output: ['/status/a'] }],
    ['of one output', 'isHealth: context.outputs.route.status.ok == parameter.want', { route: ['/status/ok'] }],
    [
      'of one output with a quoted name',
      'isHealth: context.outputs["my-route"].status.ok',
      { 'my-route': ['/status/ok'] },
    ],
    ['of all outputs', 'a: [for o in context.outputs {o.status}]', { '*': wholeObject }],
    ['of the whole object', 'let o = context.output\nisHealth: o.status.ok', { output: wholeObject }],
    ['of the whole context', 'c: context', { output: wholeObject, '*': wholeObject }],
    ['not of the rest of the context', 'a: context.name', {}],
    ['not in comments', '// context.output.status.a\nisHealth: true', {}],
    ['not in plain strings', 'message: "context.output.status.a"', {}],
    ['not in strings with escaped quotes', 'message: "a \\" context.output.status.a"', {}],
    ['not where it is a field of another name', 'a: {context: 1}\nb: a.context.output', {}],
    [
      'each once, without what is inside of another',
      'a: context.output.status\nb: context.output.status.x',
      { output: ['/status'] },
    ],
  ])('are found %s', (_, text, fields) => {
    expect(read(text)).toEqual(fields);
  });

  it('are those of all texts together, and any text can be read', () => {
    expect(read('a: context.output.status.a', 'b: context.output.status.b')).toEqual({
      output: ['/status/a', '/status/b'],
    });
    for (const text of ['"', '"""', '#"', '"\\(', '(((', 'context.', 'context["', '\\'])
      expect(() => read(text)).not.toThrow();
  });
});

describe('the fields that an expression reads', () => {
  it.each<readonly [string, string, Readonly<Record<string, readonly string[]>>]>([
    ['of output', 'output.status.phase', { output: ['/status/phase'] }],
    ['of one of outputs', 'outputs.route.spec.host + "/"', { route: ['/spec/host'] }],
    ['of the context', 'context.output.spec.a', { output: ['/spec/a'] }],
    ['not of a member of that name', 'x.output.status', {}],
    ['not of what the context has beside', 'context.name', {}],
    ['inside of strings', '"\\(output.metadata.name)"', { output: ['/metadata/name'] }],
    ['of a whole object', 'output', { output: wholeObject }],
  ])('are found %s', (_, expression, fields) => {
    const found = fieldsNamed(expression).map(({ of, fields: read }) => [of ?? 'output', read] as const);
    expect(Object.fromEntries(found)).toEqual(fields);
  });

  it.each([
    ['output.value.status.ip', ['/status/ip']],
    ['output.$returns.value.status["a/b"]', ['/status/a~1b']],
    ['output.value', wholeObject],
    ['output', wholeObject],
    ['"\\(output.value.spec.a) \\(output.value.spec)"', ['/spec']],
    ['context.name', []],
  ])('of the value that a step reads: %s', (expression, fields) => {
    expect(fieldsOfValue(expression)).toEqual(fields);
  });
});
