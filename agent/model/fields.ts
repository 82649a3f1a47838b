/** Anything with named members: Kubernetes objects are read without trusting their shape. */
export type Fields = object;

/** The value at a path of keys; undefined where there is none. */
export function get(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (here === null || typeof here !== 'object') return undefined;
    here = (here as Readonly<Record<string, unknown>>)[key];
  }
  return here;
}

/** The number at a path, or null. */
export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const found = get(value, ...path);
  return typeof found === 'number' ? found : null;
}

/** The text at a path, or null. */
export function stringAt(value: unknown, ...path: readonly string[]): string | null {
  const found = get(value, ...path);
  return typeof found === 'string' ? found : null;
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = get(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

/** The record at a path; empty where there is none. */
export function recordAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const found = get(value, ...path);
  return found !== null && typeof found === 'object' ? (found as Readonly<Record<string, unknown>>) : {};
}

/** The text members of the record at a path, or null when there is no such record. */
export function textsAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> | null {
  const found = get(value, ...path);
  if (found === null || typeof found !== 'object') return null;
  return Object.fromEntries(
    Object.entries(found as Readonly<Record<string, unknown>>).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    ),
  );
}

/** One condition of a status, with empty texts where it has none. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** The generation of the content that it speaks of; absent where it does not say. */
  readonly observedGeneration?: number;
}

/** Reads a list of conditions. */
export function conditionsOf(list: readonly unknown[]): Condition[] {
  return list.map((one) => ({
    type: stringAt(one, 'type') ?? '',
    status: statusOf(get(one, 'status')),
    reason: stringAt(one, 'reason') ?? '',
    message: stringAt(one, 'message') ?? '',
    ...observedBy(one),
  }));
}

function observedBy(condition: unknown): Pick<Condition, 'observedGeneration'> {
  const observedGeneration = numberAt(condition, 'observedGeneration');
  return observedGeneration === null ? {} : { observedGeneration };
}

// Some controllers write a boolean where the convention has a word.
function statusOf(status: unknown): string {
  if (typeof status === 'boolean') return status ? 'True' : 'False';
  return typeof status === 'string' ? status : 'Unknown';
}

/** The condition of a type in `status.conditions`, or null. */
export function conditionOf(object: unknown, type: string): Condition | null {
  return conditionsOf(listAt(object, 'status', 'conditions')).find((one) => one.type === type) ?? null;
}
