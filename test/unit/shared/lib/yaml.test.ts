import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSluiceError } from '../../../../shared/errors.ts';
import { maxYamlBytes, parseYaml } from '../../../../shared/lib/yaml.ts';

function fault(source: string | Uint8Array, path = 'a.yaml'): string {
  try {
    parseYaml(source, path);
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    return `${error.code} ${error.data.line}:${error.data.column}`;
  }
  return 'none';
}

const values = (source: string, path = 'a.yaml'): unknown[] => parseYaml(source, path).map(({ value }) => value);
const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('files that were joined, each with its byte order mark', () => {
  it.each([
    ['after a separator', '\ufeffa: 1\n---\n\ufeffb: 2\n'],
    ['after a separator with a comment', 'a: 1\n--- # second\n\ufeffb: 2\n'],
    ['with Windows line ends', '\ufeffa: 1\r\n---\r\n\ufeffb: 2\r\n'],
    ['after the end of a document', 'a: 1\n...\n\ufeffb: 2\n'],
    ['before a separator', '\ufeff---\na: 1\n\ufeff---\nb: 2\n'],
    ['both', 'a: 1\n\ufeff---\n\ufeffb: 2\n'],
  ])('are read: %s', (_, text) => {
    expect(values(text)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(parseYaml(Buffer.from(text), 'a.yaml').map(({ value }) => value)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('keep their lines', () => {
    const [, second] = parseYaml('a: 1\n---\n\ufeffb:\n  c: 1\n', 'a.yaml');
    expect([second?.spot, second?.locate(['b', 'c'])]).toEqual([
      { line: 3, column: 1 },
      { line: 4, column: 3 },
    ]);
  });

  it('keep a mark in the middle of a line, which is text', () => {
    expect(values('a: "x\ufeffy"\n')).toEqual([{ a: 'x\ufeffy' }]);
  });
});

describe('what is refused, and where', () => {
  const table: readonly (readonly [name: string, source: string | Uint8Array, answer: string, path?: string])[] = [
    ['bad indentation', 'a: 1\n  b: 2\n', 'YAML_SYNTAX 2:4'],
    ['a tab as indentation', 'a:\n\tb: 1\n', 'YAML_SYNTAX 2:1'],
    ['an open bracket', 'a: [1, 2\n', 'YAML_SYNTAX 2:1'],
    ['a duplicate key', 'a:\n  b: 1\n  c: 2\n  b: 3\n', 'YAML_DUPLICATE_KEY 4:3'],
    ['a duplicate key that is spelled otherwise', 'a: {1: x, "1": y}\n', 'YAML_DUPLICATE_KEY 1:11'],
    ['a duplicate key in JSON', '{"a": 1,\n "a": 2}', 'YAML_DUPLICATE_KEY 2:2', 'a.json'],
    ['an unknown tag', 'a: !vault secret\n', 'YAML_UNKNOWN_TAG 1:4'],
    ['a tag of other types', 'a: !!js/function "x"\n', 'YAML_UNKNOWN_TAG 1:4'],
    ['a prototype key', 'a:\n  __proto__: {b: 1}\n', 'YAML_FORBIDDEN_KEY 2:3'],
    ['a constructor key', 'constructor: 1\n', 'YAML_FORBIDDEN_KEY 1:1'],
    ['a prototype key that is merged in', 'a: &x {prototype: 1}\nb: {<<: *x}\n', 'YAML_FORBIDDEN_KEY 1:8'],
    ['an unknown alias', 'a: *b\n', 'YAML_SYNTAX 1:4'],
    ['an alias inside of itself', 'a: &a [*a]\n', 'YAML_SYNTAX 1:8'],
    ['an alias of the document before', 'a: &a 1\n---\nb: *a\n', 'YAML_SYNTAX 3:4'],
    ['a key that is a list', '? [a]\n: b\n', 'YAML_SYNTAX 1:3'],
    ['a null key', 'a:\n  ~: b\n', 'YAML_SYNTAX 2:3'],
    ['an integer above 2^53', 'a:\n  b: 9007199254740993\n', 'YAML_NUMBER 2:6'],
    ['infinity', 'a: .inf\n', 'YAML_NUMBER 1:4'],
    ['a number too large for JSON', '{"a": 1e999}', 'YAML_NUMBER 1:7', 'a.json'],
    ['YAML in a JSON file', 'a: 1\n', 'YAML_SYNTAX 1:1', 'a.json'],
    ['a trailing comma in JSON', '{"a": 1,}', 'YAML_SYNTAX 1:9', 'a.json'],
    ['a cut JSON file', '{"a": [1', 'YAML_SYNTAX 1:9', 'a.json'],
    ['101 levels', `a: ${nested(100)}\n`, 'YAML_TOO_DEEP 1:1'],
    ['1,000 levels', `a: ${nested(1000)}\n`, 'YAML_TOO_DEEP 1:403'],
    ['too many bytes', 'a'.repeat(maxYamlBytes + 1), 'YAML_TOO_LARGE 1:1'],
    ['UTF-16', bytes([0xff, 0xfe], [0x61, 0, 0x3a, 0]), 'YAML_ENCODING 1:1'],
    ['UTF-16 without a mark', bytes([0x61, 0, 0x3a, 0]), 'YAML_ENCODING 1:1'],
    ['Latin-1', bytes('a: 1\nb: caf', [0xe9], '\n'), 'YAML_ENCODING 2:7'],
    ['a cut UTF-8 character', bytes('a: ', [0xe2, 0x98]), 'YAML_ENCODING 1:4'],
    ['a zero byte', 'a: b\nc: \0\n', 'YAML_ENCODING 2:4'],
    ['a Unicode line break', 'a: b\u2028c\n', 'YAML_ENCODING 1:5'],
    ['a byte order mark inside of a document', 'a: 1\n\ufeffb: 2\n', 'YAML_ENCODING 2:1'],
    ['a byte order mark twice', '\ufeff\ufeffa: 1\n', 'YAML_ENCODING 1:1'],
    ['a byte order mark after a comment', '---\n# x\n\ufeffa: 1\n', 'YAML_ENCODING 3:1'],
    ['a control character', 'a: "b\u0007"\n', 'YAML_SYNTAX 1:6'],
    ['half of a character', 'a:\n  b: "\\ud83d"\n', 'YAML_ENCODING 2:6'],
    ['half of a character in a key', 'a: 1\n"\\ude00": b\n', 'YAML_ENCODING 2:1'],
    ['half of a character in JSON', '{"a": "\\ud83d!"}', 'YAML_ENCODING 1:7', 'a.json'],
  ];

  for (const [name, source, answer, path] of table) {
    it(name, () => {
      expect(fault(source, path)).toBe(answer);
    });
  }

  it('takes a character whose halves are escaped', () => {
    expect(values('{"a": "\\ud83d\\ude00"}', 'a.json')).toEqual([{ a: '\u{1f600}' }]);
  });

  it('takes 100 levels', () => {
    expect(fault(`a: ${nested(99)}\n`)).toBe('none');
  });

  it('says what to do about tabs', () => {
    expect(() => parseYaml('a:\n\tb: 1\n', 'a.yaml')).toThrow(
      expect.objectContaining({
        data: expect.objectContaining({ hint: 'indent with spaces, not with tabs' }) as unknown,
      }),
    );
  });
});

describe('aliases that grow', () => {
  const laughs = (levels: number): string =>
    ['a0: &a0 [x, x, x, x, x, x, x, x, x]', ...Array.from({ length: levels }, (_, i) => grow(i + 1, i))].join('\n');
  const grow = (level: number, before: number): string =>
    `a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${before}`).join(', ')}]`;

  it.each([3, 4])('takes what stays small (%i levels)', (levels) => {
    expect(fault(laughs(levels))).toBe('none');
  });

  it.each([6, 9, 60])('refuses what explodes (%i levels), without writing it out', (levels) => {
    expect(fault(laughs(levels))).toMatch(/^YAML_ALIAS_BOMB /);
  });

  it('counts a long text at every place where it is used', () => {
    const text = `a: &a ${'x'.repeat(1_000_000)}\nb: [${Array.from({ length: 50 }, () => '*a').join(', ')}]\n`;
    expect(fault(text)).toBe('YAML_ALIAS_BOMB 2:4');
  });

  it('limits their number', () => {
    const many = (count: number): string => `a: &a 1\nb: [${Array.from({ length: count }, () => '*a').join(', ')}]\n`;
    expect(fault(many(10_000))).toBe('none');
    expect(fault(many(10_001))).toMatch(/^YAML_ALIAS_BOMB 2:/);
  });

  it('counts levels through aliases', () => {
    const chain = (length: number): string =>
      ['a0: &a0 x', ...Array.from({ length }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`)].join('\n');
    expect(fault(chain(99))).toBe('none');
    expect(fault(chain(100))).toMatch(/^YAML_TOO_DEEP /);
  });
});

describe('files', () => {
  it('reads several documents, empty ones as null', () => {
    expect(values('a: 1\n---\n# nothing\n---\nb: 2\n...\n')).toEqual([{ a: 1 }, null, { b: 2 }]);
    expect(values('')).toEqual([]);
    expect(values('# only a comment\n')).toEqual([]);
  });

  it('reads a byte order mark and CRLF, and counts lines and columns as editors do', () => {
    const documents = parseYaml(bytes([0xef, 0xbb, 0xbf], 'a: 1\r\nb:\r\n  - c: 2\r\n'), 'a.yaml');
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1, b: [{ c: 2 }] }]);
    expect(documents[0]!.locate(['b', 0, 'c'])).toEqual({ line: 3, column: 5 });
    expect(fault(bytes([0xef, 0xbb, 0xbf], '__proto__: 1\n'))).toBe('YAML_FORBIDDEN_KEY 1:1');
  });

  it('reads JSON, tabs and escapes included', () => {
    expect(values('{\n\t"a": [1, 2.5, -3e2, true, null],\n\t"b": "\\u00e9\\/\\ud83d\\ude00"\n}\n', 'a.json')).toEqual([
      { a: [1, 2.5, -300, true, null], b: 'é/😀' },
    ]);
  });
});

describe('places', () => {
  const text = 'kind: X\nspec:\n  list:\n    - name: a\n      port: 80\n    - {name: b, port: &p 81}\n  other: *p\n';
  const [document] = parseYaml(text, 'a.yaml');
  const at = (...path: (string | number)[]): string => {
    const spot = document!.locate(path);
    return `${spot.line}:${spot.column}`;
  };

  it.each([
    [[], '1:1'],
    [['spec'], '2:1'],
    [['spec', 'list', 0], '4:7'],
    [['spec', 'list', 0, 'port'], '5:7'],
    [['spec', 'list', 1, 'port'], '6:17'],
    [['spec', 'other'], '7:3'],
    [['spec', 'list', 1, 'port', 'deeper'], '6:17'],
    [['spec', 'list', 7, 'port'], '3:3'],
    [['spec', 'missing', 'x'], '2:1'],
  ] as const)('finds %j at %s', (path, expected) => {
    expect(at(...path)).toBe(expected);
  });

  it('finds merged members where they were written', () => {
    const [merged] = parseYaml('a: &a {x: 1, z: 2}\nb:\n  z: 3\n  <<: *a\nc:\n  <<: *a\n  z: 4\n', 'a.yaml');
    expect(merged!.value).toEqual({ a: { x: 1, z: 2 }, b: { x: 1, z: 2 }, c: { x: 1, z: 4 } });
    expect(merged!.locate(['b', 'z'])).toEqual({ line: 1, column: 14 });
    expect(merged!.locate(['c', 'x'])).toEqual({ line: 1, column: 8 });
    expect(merged!.locate(['c', 'z'])).toEqual({ line: 7, column: 3 });
  });
});

describe('any text', () => {
  const fragments = fc.array(
    fc.constantFrom(
      ...[
        'a',
        'b: ',
        '- ',
        '\n',
        '  ',
        '\t',
        '&x ',
        '*x',
        '<<: ',
        '!!int ',
        '! ',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        "'",
      ],
      ...[
        '|',
        '>',
        '#',
        '---\n',
        '...\n',
        '%YAML 1.1\n',
        '?',
        '\r\n',
        '0x1',
        '1e9',
        '.5',
        '~',
        'yes',
        '\ufeff',
        'é',
        '\0',
      ],
    ),
    { maxLength: 40 },
  );

  const check = (source: string | Uint8Array, path: string): void => {
    const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
    const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
    const inside = (line: number, column: number): boolean =>
      line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 2;
    try {
      for (const document of parseYaml(source, path)) {
        JSON.stringify(document.value);
        const spots = [document.spot, document.locate(['a', 0, 'b'])];
        for (const spot of spots) expect(inside(spot.line, spot.column)).toBe(true);
      }
    } catch (error) {
      if (!isSluiceError(error)) throw error;
      const { line = 0, column = 0 } = error.data;
      expect(`${line}:${column} ${inside(line, column)}`).toBe(`${line}:${column} true`);
    }
  };

  it('is read or refused with a place inside of it', () => {
    fc.assert(
      fc.property(fragments, (parts) => check(parts.join(''), 'a.yaml')),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => check(text, 'a.yaml')),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fragments, (parts) => check(parts.join(''), 'a.json')),
      { numRuns: 1000 },
    );
  });

  it('is read or refused as bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => check(data, 'a.yaml')),
      { numRuns: 1000 },
    );
  });

  it('comes back as it was when it is JSON', () => {
    const noMagic = fc
      .jsonValue({ maxDepth: 4 })
      .filter((value) => !/"(__proto__|constructor|prototype)"/.test(JSON.stringify(value)));
    const representable = noMagic.filter((value) => fault(JSON.stringify(value), 'a.json') !== 'YAML_NUMBER');
    fc.assert(
      fc.property(representable, (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/[^\x20-\x7e]/.test(text) && fault(text, 'a.json') === 'none');
        expect(values(text, 'a.json')).toEqual([JSON.parse(text)]);
      }),
    );
  });
});
