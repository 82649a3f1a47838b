import { nameForms } from '../model/name-forms.ts';
import { isSet, refuse, shown, textOf, type Node } from './node.ts';

/** The forms of names that Kubernetes has: how each reads, and how long it may be. */
const forms = {
  ...nameForms,
  key: { pattern: /^[-._a-zA-Z0-9]+$/, longest: 253, words: 'letters, digits, dashes, dots and underscores' },
  port: {
    pattern: /^(?!-)(?!.*--)(?!.*-$)(?=.*[a-z])[-a-z0-9]+$/,
    longest: 15,
    words: 'at most 15 lower case letters, digits and dashes, with a letter',
  },
} as const;

/** Refused is a name that is there and has not the form; an empty one is an absent one. */
export function name(node: Node, form: keyof typeof forms): void {
  const { pattern, longest, words } = forms[form];
  const text = textOf(node);
  if (!isSet(node) || text === '') return;
  if (text === undefined) refuse(node, `must be text, and is ${shown(node.value)}`, 'put it in quotes');
  else if (!pattern.test(text)) refuse(node, `is ${shown(text)}, which is not allowed`, `use ${words}`);
  else if (text.length > longest) refuse(node, `has ${text.length} characters, more than ${longest}`);
}

/** The number that a quantity (`500m`, `1Gi`) stands for; null for what is not a quantity. */
export function quantityOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const found = typeof value === 'string' ? /^([+-]?(?:\d+\.?\d*|\.\d+))(.*)$/.exec(value) : null;
  if (found === null) return null;
  const [, digits = '', suffix = ''] = found;
  const factor = suffixes[suffix] ?? (/^[eE][+-]?\d+$/.test(suffix) ? 10 ** Number(suffix.slice(1)) : undefined);
  return factor === undefined ? null : Number(digits) * factor;
}

const binary = Object.fromEntries(
  ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((unit, index) => [unit, 1024 ** (index + 1)]),
);
const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  ...binary,
};

/** Refused is a value that is there and is not a quantity, or is below zero. */
export function quantity(node: Node): void {
  if (!isSet(node)) return;
  const number = quantityOf(node.value);
  if (number === null)
    refuse(node, `is ${shown(node.value)}, which is not a quantity`, 'write it as 500m, 2, 128Mi or 1Gi');
  else if (number < 0) refuse(node, `must not be below 0, and is ${shown(node.value)}`);
}

/** Refused are two quantities of one name of which the first is above the second. */
export function exceeds(first: unknown, second: unknown): boolean {
  const [a, b] = [quantityOf(first), quantityOf(second)];
  return a !== null && b !== null && a > b * (1 + 1e-9);
}

/** The number of bytes that a text in base64 stands for; null for what is not base64. */
export function base64Size(value: string): number | null {
  const text = value.replace(/[\r\n]/g, '');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  return (text.length / 4) * 3 - (text.length - text.replace(/=+$/, '').length);
}

const host = '(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)';
const domain = `(?:${host}(?:\\.${host})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const image = new RegExp(
  `^(?:${domain}/)?${part}(?:/${part})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);

/** True for the name of an image as container runtimes read it. */
export function isImage(text: string): boolean {
  return image.test(text);
}
