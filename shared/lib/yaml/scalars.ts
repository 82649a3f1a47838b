/** What a scalar says: a value, or a fault in words when it cannot be kept exactly or does not fit its tag. */
export type Resolved = { readonly value: string | number | boolean | null } | { readonly fault: string };

const words = new Map<string, boolean | null>([
  ['', null],
  ['~', null],
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'y', 'Y'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'n', 'N'].map((word) => [word, false] as const),
]);

const notNumbers = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const integer = /^([-+]?)(0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/;
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const dotFloat = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/;
const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;
const maxUint64 = 2n ** 64n - 1n;

/** Reads an untagged plain scalar as kubectl does (YAML 1.1 words, octal, `_` between digits): anything else is text. */
export function resolvePlain(text: string): Resolved {
  const word = words.get(text);
  if (word !== undefined) return { value: word };
  if (notNumbers.test(text)) return { fault: `${text} has no JSON form` };
  if (text.startsWith('.')) return dotFloat.test(text) ? finite(text.replaceAll('_', ''), text) : { value: text };
  return /^[-+0-9]/.test(text) ? resolveNumber(text) : { value: text };
}

const tagChecks: Readonly<Record<string, (value: unknown, text: string) => boolean>> = {
  // Hexadecimal digits hold an e that is not an exponent.
  int: (value, text) => Number.isInteger(value) && (/^[-+]?0[xX]/.test(text) || !/[.eE]/.test(text)),
  float: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/** Reads a scalar with one of YAML's own tags (`str`, `int`, `float`, `bool`, `null`, `binary`). */
export function resolveTagged(tag: string, text: string): Resolved {
  if (tag === 'str') return { value: text };
  if (tag === 'binary') return resolveBinary(text);
  const plain = resolvePlain(text);
  if ('fault' in plain || tagChecks[tag]?.(plain.value, text) === true) return plain;
  return { fault: `\`${text}\` is not of the type !!${tag}` };
}

/** Reads a JSON literal; null when the text is none. */
export function resolveJson(text: string): Resolved | null {
  if (text === 'null') return { value: null };
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/.test(text)) return null;
  if (/^-?[0-9]+$/.test(text)) return resolvePlain(text);
  return Number.isFinite(Number(text)) ? { value: Number(text) + 0 } : { fault: `${text} is too large` };
}

function resolveNumber(text: string): Resolved {
  const digits = text.replaceAll('_', '');
  // kubectl reads a sign behind 0b as well.
  const [, sign = '', size = ''] = integer.exec(digits.replace(/^0b([-+])(?=[01])/, '$10b')) ?? [];
  const whole = size === '' ? null : resolveInteger(text, sign, size);
  if (whole !== null) return whole;
  return float.test(digits) ? finite(digits, text) : { value: text };
}

function resolveInteger(text: string, sign: string, digits: string): Resolved | null {
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase();
  const size = BigInt(octal);
  const value = sign === '-' ? -size : size;
  if (value >= minInt64 && value <= maxInt64) {
    const number = Number(value);
    if (JSON.stringify(number) === value.toString()) return { value: number };
    return { fault: `the number ${text} cannot be kept exactly` };
  }
  // Beyond 64 bits with a sign kubectl reads a float, and so do we; without one up to 2^64 as well.
  return sign === '' && value <= maxUint64 ? { value: Number(value) } : null;
}

function finite(digits: string, text: string): Resolved {
  const value = Number(digits);
  // Adding zero turns -0 into 0, as its way through JSON and int64 does.
  return Number.isFinite(value) ? { value: value + 0 } : { value: text };
}

function resolveBinary(text: string): Resolved {
  const compact = text.replace(/[\r\n]+/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    return { fault: '!!binary holds no base64' };
  }
  try {
    return { value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(compact, 'base64')) };
  } catch {
    return { fault: '!!binary holds bytes that are no text' };
  }
}
