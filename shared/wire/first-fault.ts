import { z } from 'zod';

/** Where the first wrong value of a list or member is, and what is wrong with it. */
export interface FirstFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * The first wrong value in the lists of a JSON value, looked for one by one; null where there is none. A schema by itself finds
 * all that is wrong: of a body full of wrong values it says so a hundred thousand times, for seconds. What it says of the lists
 * themselves (how many values, which order) is left to it.
 */
export function firstFault(schema: z.ZodType, value: unknown): FirstFault | null {
  if (value === null || typeof value !== 'object') return null;
  if (schema instanceof z.ZodArray) return Array.isArray(value) ? inList(schema.element as z.ZodType, value) : null;
  if (schema instanceof z.ZodObject) return inMembers(schema.shape, value);
  if (schema instanceof z.ZodUnion) return inUnion(schema.options as readonly z.ZodType[], value);
  const inner = innerOf(schema);
  return inner === null ? null : firstFault(inner, value);
}

type Shape = Readonly<Record<string, z.ZodType>>;

function inList(element: z.ZodType, list: readonly unknown[]): FirstFault | null {
  for (const [at, value] of list.entries()) {
    const fault = firstFault(element, value) ?? ownFault(element, value);
    if (fault !== null) return { ...fault, path: [at, ...fault.path] };
  }
  return null;
}

function inMembers(shape: Shape, value: object): FirstFault | null {
  for (const [key, schema] of Object.entries(shape)) {
    const fault = firstFault(schema, (value as Readonly<Record<string, unknown>>)[key]);
    if (fault !== null) return { ...fault, path: [key, ...fault.path] };
  }
  return null;
}

/** The fault of the option that has none, else that of the last one. */
function inUnion(options: readonly z.ZodType[], value: unknown): FirstFault | null {
  let last: FirstFault | null = null;
  for (const option of options) {
    last = firstFault(option, value);
    if (last === null) return null;
  }
  return last;
}

function ownFault(schema: z.ZodType, value: unknown): FirstFault | null {
  const issue = schema.safeParse(value).error?.issues[0];
  return issue === undefined ? null : { path: issue.path as (string | number)[], message: issue.message };
}

/** What a schema wraps: an optional or nullable value, one with a default, one that is read further. */
function innerOf(schema: z.ZodType): z.ZodType | null {
  const { def } = schema as unknown as { readonly def: { readonly innerType?: z.ZodType; readonly in?: z.ZodType } };
  return def.innerType ?? def.in ?? null;
}
