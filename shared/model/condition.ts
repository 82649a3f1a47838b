/** A comparison that the answer of a query must fulfil. */
export interface Condition {
  readonly holds: (value: number) => boolean;
}

const operators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
};

/** Reads `>=10`, `< 0.05`, `==1`, `!=0`; null for anything else. */
export function readCondition(text: string): Condition | null {
  const [, sign = '', number = ''] = /^\s*(>=|<=|==|!=|>|<)\s*(-?[0-9.]+(?:e-?[0-9]+)?)\s*$/i.exec(text) ?? [];
  const [compare, bound] = [operators[sign], Number(number)];
  if (compare === undefined || number === '' || Number.isNaN(bound)) return null;
  return { holds: (value) => compare(value, bound) };
}

/** The one number that a query came to, or why there is none, in words. */
export function numberIn(body: unknown): { readonly value: number } | { readonly missing: string } {
  const { status, data } = (body ?? {}) as { readonly status?: unknown; readonly data?: unknown };
  const { resultType, result } = (data ?? {}) as { readonly resultType?: unknown; readonly result?: unknown };
  if (status !== 'success') return { missing: 'the query has no answer' };
  if (resultType === 'scalar') return readNumber(result);
  if (resultType !== 'vector' || !Array.isArray(result)) return { missing: `the query gives a ${String(resultType)}` };
  const values = result as readonly { readonly value?: unknown }[];
  if (values.length === 0) return { missing: 'the query finds nothing' };
  if (values.length > 1) return { missing: `the query gives ${values.length} values, and one is compared` };
  return readNumber(values[0]?.value);
}

function readNumber(pair: unknown): { readonly value: number } | { readonly missing: string } {
  const value = Array.isArray(pair) ? Number(pair[1]) : Number.NaN;
  return Number.isNaN(value) ? { missing: 'the query gives no number' } : { value };
}
