import { isMap, type JsonMap } from '../model/json-map.ts';

/** A value with a merge patch applied (RFC 7396): null takes a member out, lists are replaced. */
export function mergePatched(base: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const made: Record<string, unknown> = isMap(base) ? { ...base } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(made, name);
    else made[name] = mergePatched(made[name], value);
  }
  return made;
}

/** A value with operations applied (RFC 6902), or what is wrong with one of them. */
export function jsonPatched(
  base: unknown,
  operations: unknown,
): { readonly value: unknown } | { readonly wrong: string } {
  if (!Array.isArray(operations)) return { wrong: 'it has no list of operations' };
  const root: Root = { value: structuredClone(base) };
  for (const [index, operation] of operations.entries()) {
    const wrong = isMap(operation) ? applied(root, operation) : 'it is not a mapping';
    if (wrong !== null) return { wrong: `operations[${index}]: ${wrong}` };
  }
  return root;
}

interface Root {
  value: unknown;
}

type Operation = (root: Root, path: string, operation: JsonMap) => string | null;

/** What each operation does; the text is what is wrong with it. */
const operationsByName: Readonly<Record<string, Operation>> = {
  add: (root, path, { value }) => (value === undefined ? noValue : put(root, path, value)),
  remove: (root, path) => removed(root, path),
  replace: (root, path, { value }) => (value === undefined ? noValue : (removed(root, path) ?? put(root, path, value))),
  test: ({ value: all }, path, { value }) =>
    JSON.stringify(found(all, stepsOf(path))) === JSON.stringify(value) ? null : `${path} has another value`,
  move: (root, path, { from }) => withSource(root, from, (value, at) => removed(root, at) ?? put(root, path, value)),
  copy: (root, path, { from }) => withSource(root, from, (value) => put(root, path, structuredClone(value))),
};

const noValue = 'it needs a value';

function applied(root: Root, operation: JsonMap): string | null {
  const { op, path } = operation;
  const known = typeof op === 'string' && Object.hasOwn(operationsByName, op) ? operationsByName[op] : undefined;
  if (known === undefined) {
    return `"${String(op)}" is not an operation: ${Object.keys(operationsByName).join(', ')} are`;
  }
  return typeof path === 'string' && isPointer(path) ? known(root, path, operation) : 'path is not a JSON pointer';
}

function withSource(root: Root, from: unknown, act: (value: unknown, from: string) => string | null): string | null {
  if (typeof from !== 'string' || !isPointer(from)) return 'from is not a JSON pointer';
  const value = found(root.value, stepsOf(from));
  return value === undefined ? missing(from) : act(value, from);
}

function isPointer(text: string): boolean {
  return text === '' || text.startsWith('/');
}

function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function missing(pointer: string): string {
  return `there is nothing at ${pointer}`;
}

function found(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return /^(0|[1-9]\d*)$/.test(step) ? at[Number(step)] : undefined;
    return isMap(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, value);
}

function removed(root: Root, pointer: string): string | null {
  const steps = stepsOf(pointer);
  if (found(root.value, steps) === undefined) return missing(pointer);
  const last = steps.at(-1);
  const parent = found(root.value, steps.slice(0, -1));
  if (last === undefined) root.value = undefined;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isMap(parent)) Reflect.deleteProperty(parent, last);
  return null;
}

function put(root: Root, pointer: string, value: unknown): string | null {
  const steps = stepsOf(pointer);
  const last = steps.at(-1);
  if (last === undefined) {
    root.value = value;
    return null;
  }
  const parent = found(root.value, steps.slice(0, -1));
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (!/^(-|0|[1-9]\d*)$/.test(last) || index > parent.length) return `${pointer} is not a place in the list`;
    parent.splice(index, 0, value);
    return null;
  }
  if (!isMap(parent)) return missing(pointer.slice(0, pointer.lastIndexOf('/')));
  Object.assign(parent, { [last]: value });
  return null;
}
