import type { Evaluated } from './program.ts';

/** Why a template has no result; `parameter` is the path of the property that is wrong, when it is one. */
export interface CueFault {
  readonly code: 'RENDER_FAILED' | 'RENDER_TIMEOUT' | 'DOCUMENT_INVALID' | 'UNKNOWN_FIELD';
  readonly message: string;
  readonly parameter?: readonly (string | number)[];
  readonly hint?: string;
  /** The type of a property that is missing, as CUE writes it. */
  readonly wanted?: string;
}

type Reading = (match: RegExpExecArray, path: string) => string;

/** CUE's messages in the words of properties; the first pattern that fits wins. */
const readings: readonly (readonly [RegExp, Reading])[] = [
  [/^field not allowed: (\S+)/, (m, path) => `unknown property "${join(path, m[1])}"`],
  [/^cannot convert incomplete value "(.*)" to JSON/, (m, path) => `property "${path}" is missing (${m[1] ?? ''})`],
  [
    /^conflicting values (.*) \(mismatched types .*\)/,
    (m, path) => `property "${path}" has the wrong type: ${m[1] ?? ''}`,
  ],
  [/^conflicting values (.*)/, (m, path) => `property "${path}" has a value that is not allowed: ${m[1] ?? ''}`],
  [/^\d+ errors in empty disjunction/, (_m, path) => `property "${path}" has none of the values that are allowed`],
  [/^invalid value (.*)/, (m, path) => `property "${path}" is invalid: ${m[1] ?? ''}`],
];

/** Turns CUE's error text into a fault that names the property, where there is one. */
export function faultOf(evaluated: Extract<Evaluated, { fault: string }>): CueFault {
  const text = evaluated.fault.replace(/^cue: marshal error: /, '').replace(/ \(and \d+ more errors\)$/, '');
  const [, place = '', rest = text] = /^((?:[#_\w]|"[^"]*")[^\s:]*): (.*)$/s.exec(text) ?? [];
  if (!evaluated.parameter) return { code: 'RENDER_FAILED', message: templateFault(place, rest) };
  if (place !== 'r' && !place.startsWith('r.')) return { code: 'RENDER_FAILED', message: templateFault(place, rest) };
  return propertyFault(place.slice(2), rest);
}

function propertyFault(path: string, rest: string): CueFault {
  for (const [pattern, read] of readings) {
    const match = pattern.exec(rest);
    if (match === null) continue;
    const message = read(match, path);
    if (rest.startsWith('field not allowed')) {
      return { code: 'UNKNOWN_FIELD', message, parameter: split(join(path, match[1])) };
    }
    const isMissing = rest.startsWith('cannot convert incomplete value');
    const wanted = isMissing ? { wanted: match[1] ?? '' } : {};
    return { code: 'DOCUMENT_INVALID', message, parameter: split(path), ...wanted };
  }
  return { code: 'DOCUMENT_INVALID', message: `property "${path}": ${rest}`, parameter: split(path) };
}

function templateFault(place: string, rest: string): string {
  const inside = place.replace(/^(#T|_v|r)\.?/, '');
  return inside === '' ? `the template is wrong: ${rest}` : `the template is wrong at ${inside}: ${rest}`;
}

function join(path: string, last = ''): string {
  return path === '' ? last : `${path}.${last}`;
}

function split(path: string): (string | number)[] {
  const parts = path.match(/"(?:[^"\\]|\\.)*"|[^.]+/g) ?? [];
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part.replace(/^"|"$/g, '')));
}
