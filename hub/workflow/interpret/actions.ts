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

/** An open brace: of a condition, of a `#Steps`, or of anything else. */
type Brace = { readonly kind: 'plain' | 'other' } | { readonly kind: 'steps'; readonly name: string };

/** Reads the actions of a template: fields that are one, at its top, below conditions, and in `#Steps`. Pure. */
export function actionsOf(template: string): ActionsRead {
  const tokens = tokensOf(template);
  const actions: Action[] = [];
  const braces: Brace[] = [];
  let next: Brace = { kind: 'other' };
  let isCondition = false;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind === 'sign' && token.text === '{') {
      braces.push(isCondition ? { kind: 'plain' } : next);
      [next, isCondition] = [{ kind: 'other' }, false];
    } else if (token?.kind === 'sign' && token.text === '}') braces.pop();
    else if (token?.kind === 'name' && token.text === 'if' && tokens[at + 1]?.text !== ':') isCondition = true;
    const used = actionAt(tokens, at);
    if (used === null) continue;
    if (!known.has(used.name)) return { fault: `the action ${used.pkg}.#${used.name} is not supported` };
    const field = fieldBefore(tokens, at);
    if (field === null || braces.some(({ kind }) => kind === 'other')) {
      return { fault: `${used.pkg}.#${used.name} does not stand in a field of its own` };
    }
    isCondition = false;
    const path = [...braces.flatMap((brace) => (brace.kind === 'steps' ? [brace.name] : [])), field];
    if (used.name === 'Steps') next = { kind: 'steps', name: field };
    else actions.push({ name: used.name as ActionName, path, isNew: used.pkg !== 'op' });
  }
  return { actions };
}

/** `op.#Apply` at a place. */
function actionAt(tokens: readonly Token[], at: number): { readonly pkg: string; readonly name: string } | null {
  const [pkg, dot, name] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (pkg?.kind !== 'name' || !packages.has(pkg.text) || dot?.text !== '.' || name?.kind !== 'name') return null;
  return name.text.startsWith('#') && tokens[at - 1]?.text !== '.' ? { pkg: pkg.text, name: name.text.slice(1) } : null;
}

/** The name of the field whose value begins at a place. */
function fieldBefore(tokens: readonly Token[], at: number): string | null {
  const [name, colon] = [tokens[at - 2], tokens[at - 1]];
  return colon?.kind === 'sign' && colon.text === ':' && name !== undefined && name.kind !== 'sign' ? name.text : null;
}
