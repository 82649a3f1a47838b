import { tokensOf } from '../model/cue-tokens.ts';

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
const imported = /^(?:\s|\/\/[^\n]*\n|import\s+(?:\([^)]*\)|(?:\w+\s+)?"[^"]*"))*/;

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

/** The packages that a text names and does not import. */
function impliedIn(imports: string, rest: string): readonly (readonly [name: string, path: string])[] {
  return Object.entries(packages).filter(
    ([name, path]) => new RegExp(`(?<![\\w.$])${name}\\.[A-Z]`).test(rest) && !imports.includes(`"${path}"`),
  );
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
  const taken = new Set(impliedIn(imports, rest).map(([name]) => name));
  const all = tokensOf(rest).flatMap(({ kind, text: name }) => (kind === 'name' ? [name] : []));
  const free = all.filter(
    (name) => !keywords.has(name) && !taken.has(name) && !new RegExp(`\\b${name}\\b`).test(imports),
  );
  // Below the list: some names at the top are those of results.
  const members = (names ?? [...new Set(free)]).map((name) => `${name}: _\n`).join('');
  return expressionTemplate(`${imports}[for _ in [] {\n${members}{\n${rest}\n}}]`, []);
}
