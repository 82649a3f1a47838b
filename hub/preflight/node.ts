import type { Steps } from '../model/reporter.ts';
import { isMap } from '../model/json-map.ts';

/** A value of an object, with the way to it and the list of what is refused of the object. */
export interface Node {
  readonly value: unknown;
  /** What it is a member of, and which; null for the object itself. Paths are made of them where something is refused. */
  readonly above: Node | null;
  readonly step: Steps[number];
  readonly found: Refusal[];
}

/** A part of an object that an API server refuses; `path` leads to it inside the object. */
export interface Refusal {
  readonly path: Steps;
  readonly message: string;
  readonly hint?: string;
  /** Absent = it is refused; a warning is taken, and cannot work. */
  readonly severity?: 'warning';
}

/** Adds what is refused of a value to `found`. Every object is checked by many of them: they answer and allocate as little as can be. */
export type Check = (node: Node) => void;

/** An object of which nothing is refused yet. */
export function objectNode(object: unknown): Node {
  return { value: object, above: null, step: '', found: [] };
}

/** The value below a node; without a value where there is none. */
export function at(node: Node, ...steps: Steps): Node {
  let below = node;
  for (const step of steps) {
    const { value } = below;
    const isInside = typeof step === 'number' ? Array.isArray(value) : isMap(value);
    const inner = isInside ? (value as Readonly<Record<string | number, unknown>>)[step] : undefined;
    below = { value: inner, above: below, step, found: node.found };
  }
  return below;
}

const none: readonly never[] = [];

/** The entries of a list; none for anything else. */
export function items(node: Node): readonly Node[] {
  return Array.isArray(node.value) ? node.value.map((_, index) => at(node, index)) : none;
}

/** The members of a mapping by name; none for anything else. */
export function members(node: Node): readonly (readonly [name: string, member: Node])[] {
  return isMap(node.value) ? Object.keys(node.value).map((name) => [name, at(node, name)] as const) : none;
}

/** True for a value that says something: servers read null as absent. */
export function isSet({ value }: Node): boolean {
  return value !== undefined && value !== null;
}

/** The text of a node; undefined for anything else. */
export function textOf({ value }: Node): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The number of a node; undefined for anything else. */
export function numberOf({ value }: Node): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** Refuses a node: the message goes on after its path. */
export function refuse(node: Node, words: string, hint?: string, severity?: Refusal['severity']): void {
  const path = pathOf(node);
  const message = `${pathText(path)} ${words}`;
  node.found.push({ path, message, ...(hint !== undefined && { hint }), ...(severity !== undefined && { severity }) });
}

/** A refusal where a node has no value. */
export function required(node: Node, hint?: string): void {
  if (!isSet(node) || node.value === '') refuse(node, 'is missing', hint);
}

/** Refused is a value that is there and is not text. */
export function text(node: Node): void {
  if (!isSet(node) || typeof node.value === 'string') return;
  const hint = typeof node.value === 'object' ? undefined : 'put it in quotes';
  refuse(node, `must be text, and is ${kindOf(node.value)}`, hint);
}

/** Refused is a value that is there and is not a list. */
export function list(node: Node): void {
  if (isSet(node) && !Array.isArray(node.value)) refuse(node, `must be a list, and is ${kindOf(node.value)}`);
}

/** Refused is a value that is there and is not a whole number of a range. */
export function whole(node: Node, least = 0, most = 2 ** 31 - 1): void {
  const { value } = node;
  if (!isSet(node)) return;
  if (!Number.isInteger(value)) refuse(node, `must be a whole number, and is ${shown(value)}`);
  else if (Number(value) < least || Number(value) > most)
    refuse(node, `must be ${least} ${most === 2 ** 31 - 1 ? 'or more' : `to ${most}`}, and is ${String(value)}`);
}

/** Refused is a value that is there and is none of a few. */
export function choice(node: Node, ...words: readonly string[]): void {
  if (isSet(node) && !words.some((word) => word === node.value))
    refuse(node, `must be one of ${words.join(', ')}, and is ${shown(node.value)}`);
}

/** Refused is a text that is none of a few, where servers fill in their own for one that is empty. */
export function choiceOrEmpty(node: Node, ...words: readonly string[]): void {
  if (node.value !== '') choice(node, ...words);
}

/** Refused is the second of two entries that say the same. */
export function distinct(
  nodes: readonly Node[],
  nameOf: (node: Node) => string | null,
  what: (name: string) => string,
): void {
  if (nodes.length < 2) return;
  const seen = new Set<string>();
  for (const node of nodes) {
    const name = nameOf(node);
    if (name === null) continue;
    if (seen.has(name)) refuse(node, what(name), 'keep one of the two');
    seen.add(name);
  }
}

/** What kind of value it is: where it may be a secret, the value itself is not told. */
export function kindOf(value: unknown): string {
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'string' ? 'text' : shown(value);
}

/** A value as people know it from their manifest. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a mapping';
  if (typeof value === 'number') return `the number ${value}`;
  if (value === undefined) return 'nothing';
  const written = JSON.stringify(value);
  return written.length > 80 ? `${written.slice(0, 80)}...` : written;
}

function pathOf({ above, step }: Node): Steps {
  return above === null ? [] : [...pathOf(above), step];
}

function pathText(path: Steps): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/[./]/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
