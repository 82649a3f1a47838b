import { describe, expect, it } from 'vitest';
import { mostDocuments, parseFile } from '../../../../hub/load/parse.ts';

const read = (text: string | Uint8Array, all = false) => parseFile('a.yaml', Buffer.from(text), all);
const namesOf = ({ documents }: ReturnType<typeof read>) =>
  documents.map(
    ({ value, place }) => `${(value as { metadata: { name: string } }).metadata.name} ${place.line}:${place.column}`,
  );
const app = (name: string) => `kind: Application\nmetadata: { name: ${name} }\n`;
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n';

describe('the documents of a file', () => {
  it.each<[rule: string, text: string, names: readonly string[]]>([
    ['one', app('a'), ['a 1:1']],
    ['several, without the empty ones', `---\n${app('a')}---\n---\n# nothing\n---\n${app('b')}`, ['a 2:1', 'b 8:1']],
    ['those of ours alone', `${configMap}---\n${app('a')}`, ['a 5:1']],
    [
      'of a List, at their own places',
      `apiVersion: v1\nkind: List\nitems:\n- kind: Application\n  metadata: { name: a }\n- ${configMap.replaceAll('\n', '\n  ').trimEnd()}\n`,
      ['a 4:3'],
    ],
    [
      'not of a List of others',
      `apiVersion: v1\nkind: List\nitems:\n- ${configMap.replaceAll('\n', '\n  ').trimEnd()}\n`,
      [],
    ],
  ])('are %s', (_, text, names) => {
    expect(namesOf(read(text))).toEqual(names);
  });

  it('know the places of their values', () => {
    const [document] = read(`kind: Application\nmetadata:\n  name: a\n`).documents;
    expect(document?.locate(['metadata', 'name'])).toEqual({ path: 'a.yaml', line: 3, column: 3 });
    expect(document?.locate(['metadata', 'none'])).toEqual({ path: 'a.yaml', line: 2, column: 1 });
  });

  it('are all of them, as they stand there, where that is asked for', () => {
    const list = `apiVersion: v1\nkind: List\nitems: [{ kind: Application }]\n`;
    expect(read(`${list}---\n${configMap}---\n3\n`, true).documents.map(({ value }) => value)).toEqual([
      { apiVersion: 'v1', kind: 'List', items: [{ kind: 'Application' }] },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } },
      3,
    ]);
  });
});

describe('the others in a file', () => {
  it.each<[rule: string, text: string, what: string, isManifest: boolean]>([
    ['a manifest', configMap, 'ConfigMap of v1', true],
    ['a mapping', 'a: 1\n', 'a mapping without kind', false],
    ['a list', '- 1\n', 'a list', false],
    ['a text', 'hello\n', 'text', false],
  ])('are told: %s', (_, text, what, isManifest) => {
    expect(read(text).skipped).toEqual([{ place: { path: 'a.yaml', line: 1, column: 1 }, what, isManifest }]);
  });
});

describe('what is left of a file without any manifest', () => {
  it.each<[rule: string, text: string, leftover: object | null]>([
    ['nothing, where it has one', app('a'), null],
    ['nothing, where it has one of others', configMap, null],
    ['an empty file, which may have been one', '# all gone\n', { what: 'empty', isBare: true }],
    ['a text, which may have been one', 'hello\n', { what: 'text', isBare: true }],
    ['a mapping of another program, which never was one', 'a: 1\n', { what: 'a mapping without kind', isBare: false }],
    ['a text beside a manifest', `${app('a')}---\nhello\n`, { what: 'text', isBare: false }],
  ])('is %s', (_, text, leftover) => {
    expect(read(text).leftover).toEqual(leftover);
  });
});

describe('a file that cannot be read', () => {
  it.each<[rule: string, bytes: string | Uint8Array, code: string, line: number]>([
    ['is no YAML', `${app('a')}---\nb: [1,\n`, 'YAML_SYNTAX', 5],
    ['has a key twice', 'a: 1\na: 2\n', 'YAML_DUPLICATE_KEY', 2],
    ['is not UTF-8', Buffer.from([0x61, 0x3a, 0x20, 0xff]), 'YAML_ENCODING', 1],
    [
      'is a pointer of Git LFS',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
      'FILE_UNREADABLE',
      1,
    ],
  ])('has no documents, and one problem at its place: it %s', (_, bytes, code, line) => {
    const { documents, skipped, broken, leftover } = read(bytes);
    expect([documents, skipped, leftover]).toEqual([[], [], null]);
    expect(broken?.problem).toMatchObject({ code, severity: 'error', place: { path: 'a.yaml', line } });
  });

  it('has more documents than a file may have', () => {
    const text = '---\na: 1\n'.repeat(mostDocuments + 1);
    expect(read(text).broken?.problem).toMatchObject({
      code: 'YAML_TOO_LARGE',
      place: { line: 2 * mostDocuments + 2 },
    });
    expect(read('---\na: 1\n'.repeat(mostDocuments)).broken).toBeNull();
  });
});
