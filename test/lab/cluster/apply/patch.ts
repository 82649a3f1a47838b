import { isList, isObject, without } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';

/** A JSON merge patch (RFC 7386) applied to a value. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) Reflect.deleteProperty(merged, key);
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** A JSON patch (RFC 6902) that cannot be applied. */
export class PatchFailure extends Error {}

/** A JSON patch (RFC 6902) applied to a value; throws PatchFailure. */
export function jsonPatch(target: Json, operations: readonly Json[]): Json {
  return operations.reduce((value, operation) => {
    if (!isObject(operation)) throw new PatchFailure('an operation of a JSON patch is an object');
    return step(value, operation);
  }, target);
}

function step(value: Json, operation: JsonObject): Json {
  const path = pointer(operation['path']);
  const given = operation['value'] ?? null;
  switch (operation['op']) {
    case 'add':
      return edit(value, path, { kind: 'add', value: given });
    case 'replace':
      return edit(value, path, { kind: 'replace', value: given });
    case 'remove':
      return edit(value, path, { kind: 'remove' });
    case 'test':
      if (JSON.stringify(read(value, path)) !== JSON.stringify(given))
        throw new PatchFailure(`testing value /${path.join('/')} failed`);
      return value;
    case 'copy':
      return edit(value, path, { kind: 'add', value: read(value, pointer(operation['from'])) });
    case 'move': {
      const from = pointer(operation['from']);
      return edit(edit(value, from, { kind: 'remove' }), path, { kind: 'add', value: read(value, from) });
    }
    default:
      throw new PatchFailure(`unknown operation ${JSON.stringify(operation['op'])}`);
  }
}

type Edit = { readonly kind: 'add' | 'replace'; readonly value: Json } | { readonly kind: 'remove' };

function pointer(text: Json | undefined): readonly string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/')))
    throw new PatchFailure('a JSON pointer starts with /');
  return text === ''
    ? []
    : text
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(value: Json, path: readonly string[]): Json {
  let current: Json | undefined = value;
  for (const key of path) {
    current = isList(current) ? current[Number(key)] : isObject(current) ? current[key] : undefined;
    if (current === undefined) throw new PatchFailure(`doc is missing path: /${path.join('/')}`);
  }
  return current ?? null;
}

function edit(value: Json, path: readonly string[], change: Edit): Json {
  const [key, ...rest] = path;
  if (key === undefined) return change.kind === 'remove' ? null : change.value;
  if (isList(value)) return editList(value, key, { rest, change });
  if (!isObject(value)) throw new PatchFailure(`doc is missing path: ${key}`);
  const old = value[key];
  if (rest.length > 0) {
    if (old === undefined) throw new PatchFailure(`doc is missing path: ${key}`);
    return { ...value, [key]: edit(old, rest, change) };
  }
  if (old === undefined && change.kind !== 'add') throw new PatchFailure(`doc is missing key: ${key}`);
  return change.kind === 'remove' ? without(value, key) : { ...value, [key]: change.value };
}

function editList(
  list: readonly Json[],
  key: string,
  { rest, change }: { rest: readonly string[]; change: Edit },
): Json {
  const end = rest.length === 0 && change.kind === 'add' ? list.length : list.length - 1;
  const index = key === '-' ? list.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > end) throw new PatchFailure(`index out of bounds: ${key}`);
  if (rest.length > 0) return list.with(index, edit(list[index] ?? null, rest, change));
  if (change.kind === 'remove') return list.toSpliced(index, 1);
  return change.kind === 'add' ? list.toSpliced(index, 0, change.value) : list.with(index, change.value);
}
