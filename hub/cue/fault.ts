import { hidden, withoutValues } from './hidden-values.ts';
import type { CueProgram, Evaluated } from './program.ts';

/** Why a template has no result; `parameter` is the path of the property that is wrong, when it is one. */
export interface CueFault {
  readonly code: 'RENDER_FAILED' | 'RENDER_TIMEOUT' | 'DOCUMENT_INVALID' | 'UNKNOWN_FIELD';
  readonly message: string;
  readonly parameter?: readonly (string | number)[];
  readonly hint?: string;
  /** The type of a property that is missing, as CUE writes it. */
  readonly wanted?: string;
}

/** The program that was evaluated, for a fault to be told in its words. */
type Told = Pick<CueProgram, 'template' | 'parameter'>;

type Reading = (match: RegExpExecArray, path: string, told: Told) => string;

/** CUE's messages in the words of properties; the first pattern that fits wins. */
const readings: readonly (readonly [RegExp, Reading])[] = [
  [/^field not allowed: (\S+)/, (m, path) => `unknown property "${join(path, m[1])}"`],
  [/^cannot convert incomplete value "(.*)" to JSON/, (m, path) => `property "${path}" is missing (${m[1] ?? ''})`],
  [/^conflicting values .* \(mismatched types (\S+) and (\S+)\)$/s, wrongType],
  [/^conflicting values (.*)/s, otherValue],
  [/^\d+ errors in empty disjunction/, (_m, path) => `property "${path}" has none of the values that are allowed`],
  [
    /^invalid value (.*)/s,
    (m, path, told) => `property "${path}" is invalid: ${withoutValues(m[1] ?? '', withoutGiven(path, told))}`,
  ],
];

/** Turns CUE's error text into a fault that names the property, where there is one; values that were given are not repeated. */
export function faultOf(evaluated: Extract<Evaluated, { fault: string }>, told: Told): CueFault {
  const text = evaluated.fault.replace(/^cue: marshal error: /, '').replace(/ \(and \d+ more errors\)$/, '');
  const [, place = '', rest = text] = /^((?:[#_\w]|"[^"]*")[^\s:]*): (.*)$/s.exec(text) ?? [];
  const isInside = evaluated.parameter && (place === 'r' || place.startsWith('r.'));
  if (isInside) return propertyFault(place.slice(2), rest, told);
  return { code: 'RENDER_FAILED', message: templateFault(place, withoutValues(rest, told.template)) };
}

function propertyFault(path: string, rest: string, told: Told): CueFault {
  for (const [pattern, read] of readings) {
    const match = pattern.exec(rest);
    if (match === null) continue;
    const message = read(match, path, told);
    if (rest.startsWith('field not allowed')) {
      return { code: 'UNKNOWN_FIELD', message, parameter: split(join(path, match[1])) };
    }
    const isMissing = rest.startsWith('cannot convert incomplete value');
    const wanted = isMissing ? { wanted: match[1] ?? '' } : {};
    return { code: 'DOCUMENT_INVALID', message, parameter: split(path), ...wanted };
  }
  const message = `property "${path}": ${withoutValues(rest, withoutGiven(path, told))}`;
  return { code: 'DOCUMENT_INVALID', message, parameter: split(path) };
}

/** CUE names both types in any order: the given one is that of the value. */
function wrongType([, one = '', other = '']: RegExpExecArray, path: string, told: Told): string {
  const given = typeOf(givenAt(path, told));
  const [is, must] = given.includes(other) ? [other, one] : [one, other];
  return `property "${path}" has the wrong type: ${must} is wanted, and it is ${is}`;
}

/** What it conflicts with is shown where the template says it. */
function otherValue([, both = '']: RegExpExecArray, path: string, told: Told): string {
  const sides = withoutValues(both, withoutGiven(path, told)).split(' and ');
  const allowed = sides.filter((side) => !side.includes(hidden)).join(' and ');
  return `property "${path}" has a value that is not allowed${allowed === '' ? '' : `: ${allowed} is`}`;
}

/** The template without the value that was given, so that it is hidden even where the template has it, too. */
function withoutGiven(path: string, told: Told): string {
  const given = givenAt(path, told);
  if (typeof given !== 'string' && typeof given !== 'number') return told.template;
  return told.template.replaceAll(JSON.stringify(given), '');
}

function givenAt(path: string, { parameter }: Told): unknown {
  return split(path).reduce<unknown>((node, step) => {
    if (node === null || typeof node !== 'object') return undefined;
    return (node as Readonly<Record<string | number, unknown>>)[step];
  }, parameter);
}

/** The words of CUE for the type of a JSON value. */
function typeOf(value: unknown): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['list'];
  if (typeof value === 'boolean') return ['bool'];
  if (typeof value === 'number') return ['int', 'float', 'number'];
  return typeof value === 'string' ? ['string'] : ['struct'];
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
