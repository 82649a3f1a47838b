import { SluiceError } from '../errors.ts';
import { owner } from './names.ts';
import type { ObjectMeta } from './object.ts';

/**
 * The JSON pointers of the fields that a manifest leaves to others, from its annotation `sluice.dev/ignore-differences`. Throws
 * OBJECT_INVALID when that is not a JSON list of pointers.
 */
export function ignoredPointers({ annotations }: Pick<ObjectMeta, 'annotations'>): readonly string[] {
  const text = annotations?.[owner.ignoreDifferences];
  if (text === undefined) return [];
  const pointers = parsed(text);
  if (pointers !== null) return pointers;
  throw new SluiceError('OBJECT_INVALID', `the annotation ${owner.ignoreDifferences} is ${wanted}`);
}

const wanted = 'not a JSON list of pointers like ["/spec/replicas"]';

/** The parts of an RFC 6901 pointer. */
export function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function parsed(text: string): readonly string[] | null {
  try {
    const list: unknown = JSON.parse(text);
    const isList = Array.isArray(list) && list.every((one) => typeof one === 'string' && /^\/./.test(one));
    return isList ? (list as readonly string[]) : null;
  } catch {
    return null;
  }
}
