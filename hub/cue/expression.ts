import { digestOf } from '../../shared/lib/canonical.ts';
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
  return templateOf(imports, rest, { top: ['parameter: {...}', ...members], result: 'errs: ' });
}

function templateOf(
  imports: string,
  rest: string,
  { top, result }: { readonly top: readonly string[]; readonly result: string },
): string {
  const implied = impliedIn(imports, rest).map(([, path]) => `import "${path}"\n`);
  return `${implied.join('')}${imports}\n${top.map((one) => `${one}\n`).join('')}${result}${rest.trim()}\n`;
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

/** How a text of CUE is read: what it can name beside `parameter` and `context` (null = anything), and whether it is an expression. */
export interface Reading {
  readonly names: readonly string[] | null;
  /** False: it is made of members. */
  readonly isExpression: boolean;
}

/** A template that is read and never evaluated, whatever its text says: it names `nowhere`, which nothing can declare. */
export interface SyntaxTemplate {
  readonly template: string;
  readonly nowhere: string;
}

/**
 * The template whose first fault is the name `nowhere` where a text of CUE can be read at all, and else what is wrong with the text.
 * An expression stands where it is evaluated later, so that nothing can be read here and not there.
 */
export function syntaxTemplate(text: string, { names, isExpression }: Reading): SyntaxTemplate {
  const { imports, rest } = withoutImports(text);
  // No text has a name of its own digest.
  const nowhere = `nowhere_${digestOf(text).slice('sha256:'.length)}`;
  // The evaluator reads the parameter last: the faults of the text come first.
  const top = [`parameter: {_end: ${nowhere}, ...}`, ...(names ?? freeIn(imports, rest)).map((name) => `${name}: _`)];
  return { template: templateOf(imports, rest, { top, result: isExpression ? 'errs: ' : '' }), nowhere };
}

/** The names of a text that it neither imports nor gives to something itself. */
function freeIn(imports: string, rest: string): readonly string[] {
  const tokens = tokensOf(rest);
  const sign = (at: number): string => (tokens[at]?.kind === 'sign' ? tokens[at].text : '');
  const own = tokens.flatMap(({ kind, text }, at) => {
    const isAlias = sign(at + 1) === '=' && !['=', '~'].includes(sign(at + 2));
    return kind === 'name' && (tokens[at - 1]?.text === 'let' || isAlias) ? [text] : [];
  });
  const known = new Set([
    ...own,
    ...keywords,
    ...impliedIn(imports, rest).map(([name]) => name),
    ...importsIn(imports).map(({ name }) => name),
  ]);
  const named = tokens.flatMap(({ kind, text }) => (kind === 'name' && !known.has(text) ? [text] : []));
  return [...new Set(named)];
}
