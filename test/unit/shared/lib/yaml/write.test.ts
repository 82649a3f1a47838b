import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../../../shared/lib/yaml.ts';
import { yamlText } from '../../../../../shared/lib/yaml/write.ts';

describe('YAML as we write it', () => {
  it.each([
    ['a plain word', 'apps/v1', 'apps/v1'],
    ['a word that some YAML reads as a boolean', 'on', '"on"'],
    ['a word that is null', 'Null', '"Null"'],
    ['digits', '1', '"1"'],
    ['a number', 1, '1'],
    ['a time', '2026-03-01T12:00:00Z', '"2026-03-01T12:00:00Z"'],
    ['a sentence', 'all is well', '"all is well"'],
    ['lines', 'one\ntwo', '"one\\ntwo"'],
    ['nothing', '', '""'],
    ['null', null, 'null'],
    ['an empty list', [], '[]'],
    ['an empty object', {}, '{}'],
  ])('%s', (_, value, text) => {
    expect(yamlText(value)).toBe(`${text}\n`);
    expect(yamlText({ member: value })).toBe(`member: ${text}\n`);
  });

  it('is in blocks, with lists indented below their member', () => {
    const value = { kind: 'List', items: [{ name: 'a', ports: [1, 2] }, [['x']]], absent: undefined };
    expect(yamlText(value)).toBe(
      ['kind: List', 'items:', '  - name: a', '    ports:', '      - 1', '      - 2', '  - - - x', ''].join('\n'),
    );
  });

  it('repeats what occurs twice, without anchors', () => {
    const shared = { a: 1 };
    expect(yamlText([shared, shared])).toBe('- a: 1\n- a: 1\n');
  });

  it('says the same to its reader, whatever the strings are', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9 :#-]{0,9}$/), tie('node'), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
      ),
    })).node;
    fc.assert(
      fc.property(value, (given) => {
        expect(parseYaml(yamlText(given), 'x.yaml').map((document) => document.value)).toEqual([given]);
      }),
      { numRuns: 300 },
    );
  });
});
