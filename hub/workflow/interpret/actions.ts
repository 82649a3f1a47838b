import { tokensOf, type Token } from '../../model/cue-tokens.ts';

/** What a template of a workflow step can do. */
export const actionNames = [
  'Apply',
  'Read',
  'ConditionalWait',
  'Suspend',
  'Message',
  'Fail',
  'HTTPDo',
  'HTTPGet',
  'HTTPPost',
  'HTTPPut',
  'HTTPDelete',
  'Steps',
  'ConvertString',
  'Log',
] as const;

export type ActionName = (typeof actionNames)[number];

/** The packages of KubeVela that have actions: `op` is the older spelling of all of them. */
export const actionPackages = ['op', 'kube', 'http', 'util', 'builtin'] as const;

/** One action of a template, at its place: the names of the fields that lead to it. */
export interface Action {
  readonly name: ActionName;
  readonly path: readonly string[];
  /** True where its properties are in `$params`, and its result in `$returns`. */
  readonly isNew: boolean;
}

/** The actions of a template in their order, or what of it is not supported, in words. */
export type ActionsRead = { readonly actions: readonly Action[] } | { readonly fault: string };

const known: ReadonlySet<string> = new Set(actionNames);
const packages: ReadonlySet<string> = new Set(actionPackages);

/** The names of the packages of KubeVela that a template has: those that there are, and all that it imports. */
function packagesIn(tokens: readonly Token[]): ReadonlySet<string> {
  const imported = tokens.flatMap(({ kind, text }, at) => {
    const name = kind === 'string' ? /^vela\/(\w+)$/.exec(text)?.[1] : undefined;
    const before = tokens[at - 1];
    const isRenamed = before?.kind === 'name' && before.text !== 'import';
    return name === undefined ? [] : [isRenamed ? before.text : name];
  });
  return new Set([...packages, ...imported]);
}

/** An open brace: of a condition, of a `#Steps`, or of anything else. */
type Brace = { readonly kind: 'plain' | 'other' } | { readonly kind: 'steps'; readonly name: string };

/** Where a reader of a template stands. */
interface Reading {
  readonly braces: Brace[];
  /** What the next brace opens. */
  next: Brace;
}

/** Reads the actions of a template: fields that are one, at its top, below conditions, and in `#Steps`. Pure. */
export function actionsOf(template: string): ActionsRead {
  const tokens = tokensOf(template);
  const actions: Action[] = [];
  const reading: Reading = { braces: [], next: { kind: 'other' } };
  const mentioned = packagesIn(tokens);
  for (const at of tokens.keys()) {
    follow(reading, tokens, at);
    const used = actionAt(tokens, at, mentioned);
    if (used === null) continue;
    if (!packages.has(used.pkg) || !known.has(used.name))
      return { fault: `the action ${used.pkg}.#${used.name} is not supported` };
    const field = fieldBefore(tokens, at);
    if (field === null || reading.braces.some(({ kind }) => kind === 'other')) {
      return { fault: `${used.pkg}.#${used.name} does not stand in a field of its own` };
    }
    const path = [...reading.braces.flatMap((brace) => (brace.kind === 'steps' ? [brace.name] : [])), field];
    if (used.name === 'Steps') reading.next = { kind: 'steps', name: field };
    else actions.push({ name: used.name as ActionName, path, isNew: used.pkg !== 'op' });
  }
  return { actions };
}

function follow(reading: Reading, tokens: readonly Token[], at: number): void {
  const { kind, text } = tokens[at] ?? { kind: 'sign', text: '' };
  if (kind === 'name' && text === 'if' && tokens[at + 1]?.text !== ':') reading.next = { kind: 'plain' };
  if (kind !== 'sign') return;
  if (text === '}') reading.braces.pop();
  if (text !== '{') return;
  reading.braces.push(reading.next);
  reading.next = { kind: 'other' };
}

/** `op.#Apply` at a place. */
function actionAt(
  tokens: readonly Token[],
  at: number,
  mentioned: ReadonlySet<string>,
): { readonly pkg: string; readonly name: string } | null {
  const [pkg, dot, name] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (pkg?.kind !== 'name' || !mentioned.has(pkg.text) || dot?.text !== '.' || name?.kind !== 'name') return null;
  return name.text.startsWith('#') && tokens[at - 1]?.text !== '.' ? { pkg: pkg.text, name: name.text.slice(1) } : null;
}

/** The name of the field whose value begins at a place. */
function fieldBefore(tokens: readonly Token[], at: number): string | null {
  const [name, colon] = [tokens[at - 2], tokens[at - 1]];
  return colon?.kind === 'sign' && colon.text === ':' && name !== undefined && name.kind !== 'sign' ? name.text : null;
}
