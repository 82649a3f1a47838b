/**
 * True when a server that takes the first value may answer the second one: it writes quantities, times, durations and base64 in a
 * form of its own, leaves out what is empty, and gives empty values their defaults.
 */
export function isSameValue(sent: unknown, answered: unknown): boolean {
  if (sent === answered) return true;
  if (answered === undefined) return isEmpty(sent);
  if (isUnset(sent)) return true;
  if (!isScalar(sent) || !isScalar(answered)) return false;
  const [a, b] = [String(sent), String(answered)];
  return a === b || forms.some((form) => isSameForm(form, a, b));
}

/** True for a value that a server may leave out of its answer: nothing, an empty map, list or text, zero, false. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** What may come back with the server's default in its place; of numbers that is zero, in probes for one. */
function isUnset(value: unknown): boolean {
  if (value === null || value === '' || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

type Form = (text: string) => string | bigint | null;

function isSameForm(form: Form, a: string, b: string): boolean {
  const found = form(a);
  return found !== null && found === form(b);
}

const forms: readonly Form[] = [quantityOf, timeOf, durationOf, bytesOf];

const powers: Readonly<Record<string, bigint>> = {
  '': 9n,
  n: 0n,
  u: 3n,
  m: 6n,
  k: 12n,
  M: 15n,
  G: 18n,
  T: 21n,
  P: 24n,
  E: 27n,
};
const binary: Readonly<Record<string, bigint>> = { Ki: 1n, Mi: 2n, Gi: 3n, Ti: 4n, Pi: 5n, Ei: 6n };
const quantity =
  /^(?<sign>[+-]?)(?<whole>\d*)\.?(?<part>\d*)(?:[eE](?<exponent>[+-]?\d{1,2})|(?<suffix>[numkMGTPE]|[KMGTPE]i)?)$/;

/** A quantity in billionths, rounded up as the server rounds; null for other texts. */
export function quantityOf(text: string): bigint | null {
  const match = text.length <= 40 && /\d/.test(text) ? quantity.exec(text) : null;
  if (match === null) return null;
  const { sign, whole = '', part = '', exponent = '0', suffix = '' } = match.groups ?? {};
  const power = BigInt(exponent) - BigInt(part.length);
  const digits = BigInt(whole + part) * factorOf(suffix);
  const value = power >= 0n ? digits * 10n ** power : (digits + 10n ** -power - 1n) / 10n ** -power;
  return sign === '-' ? -value : value;
}

function factorOf(suffix: string): bigint {
  return suffix.endsWith('i') ? 1024n ** (binary[suffix] ?? 0n) * 10n ** 9n : 10n ** (powers[suffix] ?? 0n);
}

const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function timeOf(text: string): string | null {
  return time.test(text) ? String(Date.parse(text)) : null;
}

const units: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };
const duration = /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;

function durationOf(text: string): string | null {
  if (text.length > 40 || !duration.test(text)) return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  return String(Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0)));
}

function bytesOf(text: string): string | null {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) return null;
  const bare = text.replaceAll(/\s/g, '');
  return bare.length % 4 === 0 ? Buffer.from(bare, 'base64').toString('base64') : null;
}
