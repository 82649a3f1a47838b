import { byCodeUnit } from '../../shared/lib/order.ts';
import { tokensOf, type Token } from './cue-tokens.ts';

/** What a text reads of the objects of its component: of `output` (null), of one of `outputs`, or of all of them (`*`). */
export interface ReadFields {
  readonly of: string | null;
  readonly fields: readonly string[];
}

/**
 * What is read of an object that a text takes as a whole: the members that kinds of Kubernetes in namespaces have. An object has some
 * of them. Members of other names that a custom resource has beside spec and status are read where a text names them.
 */
export const wholeObject: readonly string[] = [
  '/addressType',
  '/automountServiceAccountToken',
  '/binaryData',
  '/data',
  '/endpoints',
  '/imagePullSecrets',
  '/immutable',
  '/metadata',
  '/ports',
  '/roleRef',
  '/rules',
  '/secrets',
  '/spec',
  '/status',
  '/subjects',
  '/subsets',
  '/template',
];

/** The name that stands for all outputs. */
export const allOutputs = '*';

/** The fields of `context.output` and `context.outputs` that CUE texts read; an object that is taken as a whole is read whole. */
export function fieldsRead(texts: readonly string[]): readonly ReadFields[] {
  return fieldsAt(texts.flatMap((text) => pathsOf(tokensOf(text), 'context')));
}

/** The same of an expression that names `output` and `outputs` without the context in front. */
export function fieldsNamed(expression: string): readonly ReadFields[] {
  const tokens = tokensOf(expression);
  const bare = ['output', 'outputs'].flatMap((member) => pathsOf(tokens, member).map((path) => [member, ...path]));
  return fieldsAt([...bare, ...pathsOf(tokens, 'context')]);
}

/** What an expression reads of the one object that it calls `output.value`, or `output.$returns.value`. */
export function fieldsOfValue(expression: string): readonly string[] {
  const paths = pathsOf(tokensOf(expression), 'output').map((path) => (path[0] === '$returns' ? path.slice(1) : path));
  return outermost(new Set(paths.flatMap((path) => pointersOf(path[0] === 'value' ? path.slice(1) : []))));
}

function fieldsAt(paths: readonly (readonly string[])[]): readonly ReadFields[] {
  const found = new Map<string | null, Set<string>>();
  const add = (of: string | null, fields: readonly string[]): void => {
    found.set(of, new Set([...(found.get(of) ?? []), ...fields]));
  };
  for (const path of paths) {
    const [member, ...rest] = path;
    if (member === undefined) for (const all of [null, allOutputs]) add(all, wholeObject);
    else if (member === 'output') add(null, pointersOf(rest));
    else if (member === 'outputs') add(rest[0] ?? allOutputs, pointersOf(rest.slice(1)));
  }
  return [...found].map(([of, fields]) => ({ of, fields: outermost(fields) }));
}

function pointersOf(path: readonly string[]): readonly string[] {
  if (path.length === 0) return wholeObject;
  return [path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')];
}

function outermost(fields: ReadonlySet<string>): readonly string[] {
  const isInside = (field: string): boolean => [...fields].some((other) => field.startsWith(`${other}/`));
  return [...fields].filter((field) => !isInside(field)).sort(byCodeUnit);
}

/** The paths that are read of a name, without it. */
function pathsOf(tokens: readonly Token[], name: string): readonly (readonly string[])[] {
  return tokens.flatMap(({ kind, text }, at) => {
    const isMeant = kind === 'name' && text === name && tokens[at - 1]?.text !== '.';
    return isMeant && tokens[at + 1]?.text !== ':' ? [pathAt(tokens, at + 1)] : [];
  });
}

/** The names after a value: `.name`, `."name"` and `["name"]`; an index that is computed ends it. */
function pathAt(tokens: readonly Token[], start: number): readonly string[] {
  const path: string[] = [];
  for (let at = start; ;) {
    if (isSign(tokens[at], '?')) at += 1;
    const step = stepAt(tokens, at);
    if (step === null) return path;
    path.push(step.name);
    at += step.length;
  }
}

function stepAt(tokens: readonly Token[], at: number): { readonly name: string; readonly length: number } | null {
  const [sign, name, end] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (name === undefined || name.kind === 'sign') return null;
  if (isSign(sign, '.')) return { name: name.text, length: 2 };
  const isIndex = isSign(sign, '[') && name.kind === 'string' && isSign(end, ']');
  return isIndex ? { name: name.text, length: 3 } : null;
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text;
}
