import { describe, expect, it } from 'vitest';
import { readDefinition } from '../../../../hub/definitions/header.ts';

const header = (...lines: readonly string[]): string =>
  ['// What it is', '// for.', '//', ...lines, '', 'a: 1'].join('\n');

describe('the header of a built-in definition', () => {
  it('says what the definition is, and is not part of its template', () => {
    const text = header(
      '// kind: component',
      '// workload: deployments.apps',
      '// updates: in-place',
      '// replaceable: no',
      '// aliases: one, two',
      '// includes: pod',
      '// applies-to: webservice, *.apps',
    );
    expect(readDefinition('web', text)).toEqual({
      kind: 'component',
      description: 'What it is for.',
      workload: 'deployments.apps',
      isInPlace: true,
      isReplaceable: false,
      appliesTo: ['webservice', '*.apps'],
      aliases: ['one', 'two'],
      includes: ['pod'],
      template: '// What it is\n// for.\n\na: 1',
    });
  });

  it('needs a kind alone', () => {
    expect(readDefinition('web', header('// kind: trait'))).toMatchObject({
      kind: 'trait',
      workload: null,
      isInPlace: false,
      isReplaceable: true,
      appliesTo: [],
      aliases: [],
      includes: [],
    });
  });

  it.each([
    ['no settings', '// What it is for.\na: 1', 'has no settings in its header'],
    ['no comment at the top', 'a: 1\n//\n// kind: trait', 'has no settings in its header'],
    ['no kind', header('// workload: jobs.batch'), 'says no kind'],
    ['a kind that there is not', header('// kind: policy'), 'has the setting "// kind: policy"'],
    [
      'a setting that there is not',
      header('// kind: trait', '// constructor: x'),
      'has the setting "// constructor: x"',
    ],
    ['a setting without a value', header('// kind: trait', '// aliases:'), 'has the setting "// aliases:"'],
    ['a choice that is not open', header('// kind: trait', '// updates: later'), 'has the setting "// updates: later"'],
    ['words among the settings', header('// kind: trait', '// more words'), 'has the setting "// more words"'],
  ])('with %s is refused', (_, text, words) => {
    const message = `the built-in definition web ${words}`;
    expect(() => readDefinition('web', text)).toThrow(expect.objectContaining({ code: 'INTERNAL', message }) as Error);
  });
});
