import { tokensOf, type Token } from '../model/cue-tokens.ts';

/** Packages of CUE that an expression may name without importing them, as in KubeVela. */
const packages: Readonly<Record<string, string>> = {
  strings: 'strings',
  strconv: 'strconv',
  list: 'list',
  math: 'math',
  regexp: 'regexp',
  json: 'encoding/json',
  base64: 'encoding/base64',
};

/** What stands on top of a text: comments and imports. */
const imported = /^(?:\s|\/\/[^\n]*\n|import\s+(?:\((?:[^)/"]|\/\/[^\n]*\n|"[^"]*")*\)|(?:\w+\s+)?"[^"]*"))*/;

/** A text of CUE without what it imports, and that. */
export function withoutImports(text: string): {
  readonly imports: string;
  readonly rest: string;
} {
  const imports = imported.exec(text)?.[0] ?? '';
  return { imports, rest: text.slice(imports.length) };
}

/**
 * The template that gives the value of an expression as its member `errs`, one of those that the evaluator answers with. `members`
 * is what the expression can name beside the context.
 */
export function expressionTemplate(expression: string, members: readonly string[]): string {
  const { imports, rest } = withoutImports(expression);
  const top = impliedIn(imports, rest)
    .map(([, path]) => `import "${path}"\n`)
    .join('');
  return `${top}${imports}\nparameter: {...}\n${members.map((one) => `${one}\n`).join('')}errs: ${rest.trim()}\n`;
}

/** The packages that a text names and does not import. Words in comments and texts name none. */
function impliedIn(imports: string, rest: string): readonly (readonly [name: string, path: string])[] {
  const tokens = tokensOf(rest);
  const named = tokens.filter(
    ({ kind }, at) =>
      kind === 'name' &&
      !isMember(tokens, at) &&
      tokens[at + 1]?.text === '.' &&
      /^[A-Z]/.test(tokens[at + 2]?.text ?? ''),
  );
  const names = new Set(named.map(({ text }) => text));
  const known = new Set(importsIn(imports).map(({ path }) => path));
  return Object.entries(packages).filter(([name, path]) => names.has(name) && !known.has(path));
}

/** True for what stands behind a dot that is not the last one of `...`. */
function isMember(tokens: readonly Token[], at: number): boolean {
  const isDot = (token: Token | undefined): boolean => token?.kind === 'sign' && token.text === '.';
  return isDot(tokens[at - 1]) && !isDot(tokens[at - 2]);
}

/** What the top of a text imports: each path, and the name that the text knows it by. */
function importsIn(imports: string): readonly { readonly name: string; readonly path: string }[] {
  return tokensOf(imports).flatMap(({ kind, text: path }, at, tokens) => {
    if (kind !== 'string') return [];
    const before = tokens[at - 1];
    const isNamed = before?.kind === 'name' && before.text !== 'import';
    return [
      { path, name: isNamed ? before.text : path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf(':')) + 1) },
    ];
  });
}

const keywords: ReadonlySet<string> = new Set([
  'if',
  'for',
  'in',
  'let',
  'true',
  'false',
  'null',
  'context',
  'parameter',
  '_',
]);

/**
 * The template that can be evaluated where a text of CUE can be read at all, whatever its values are: nothing of it is evaluated. It may
 * name `names` beside `parameter` and `context`; null = anything.
 */
export function syntaxTemplate(text: string, names: readonly string[] | null): string {
  const { imports, rest } = withoutImports(text);
  const taken = new Set([
    ...impliedIn(imports, rest).map(([name]) => name),
    ...importsIn(imports).map(({ name }) => name),
  ]);
  const all = tokensOf(rest).flatMap(({ kind, text: name }) => (kind === 'name' ? [name] : []));
  const free = all.filter((name) => !keywords.has(name) && !taken.has(name));
  // Below the list: some names at the top are those of results.
  const members = (names ?? [...new Set(free)]).map((name) => `${name}: _\n`).join('');
  return expressionTemplate(`${imports}[for _ in [] {\n${members}{\n${rest}\n}}]`, []);
}
