import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../../hub/load/parse.ts';
import { documentLimits } from '../../../../hub/load/size.ts';

const read = (body: string) => {
  const { documents, skipped, broken } = parseFile('a.yaml', Buffer.from(body));
  const { code, message, place } = broken?.problem ?? {};
  return broken === null ? documents.length + skipped.length : [code, message, place?.line];
};
const ours = (body: string): string => `kind: Application\nmetadata: {name: a}\nspec: ${body}\n`;
const list = (count: number): string => `[${'1,'.repeat(count)}]`;
const map = (count: number): string => `{${Array.from({ length: count }, (_, index) => `k${index}: 1`).join(', ')}}`;

describe('a document that is too large', () => {
  // The document, its kind, metadata with a name, and spec are five values.
  it.each([
    ['so many values', ours(list(documentLimits.values - 5)), 1],
    [
      'one more',
      ours(list(documentLimits.values - 4)),
      ['YAML_TOO_LARGE', 'the document has 200001 values, more than 200000', 1],
    ],
    [
      'more by aliases',
      `---\n---\nkind: Application\na: &a ${list(99)}\nb: [${'*a,'.repeat(1_999)}]\n`,
      ['YAML_TOO_LARGE', 'the document has 200003 values, more than 200000', 3],
    ],
    ['so many members', ours(map(documentLimits.members)), 1],
    [
      'one more member',
      ours(`{a: [${map(documentLimits.members + 1)}]}`),
      ['YAML_TOO_LARGE', 'a mapping has 10001 members, more than 10000', 1],
    ],
    [
      'more of both in a document of others',
      `apiVersion: v1\nkind: Secret\ndata: ${map(documentLimits.members + 1)}\na: ${list(documentLimits.values)}\n`,
      1,
    ],
  ])('with %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});
