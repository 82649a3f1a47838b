import { keyText, mergeSources, type Dialect } from './construct.ts';
import { isMerge, type Item, type MappingNode, type YamlNode } from './node.ts';
import type { Spot } from './text.ts';

/**
 * Where every value of a document stands: three numbers each (how many values it is, itself included; line; column), in the
 * order in which its value lists them; a text that stands line by line has another three, where its first line begins. It says the same as the text, is small, and goes from thread to thread without a copy.
 */
export type Places = Uint32Array<ArrayBuffer>;

/** A path of keys and indexes into a document. */
export type YamlPath = readonly PropertyKey[];

const each = 3;

/** The places of a document whose value was made of this node. */
export function placesOf(
  root: YamlNode,
  value: unknown,
  { dialect, spotAt }: { readonly dialect: Dialect; readonly spotAt: (offset: number) => Spot },
): Places {
  const found: number[] = [];
  const visit = ({ node, offset }: Item, at: unknown): void => {
    const own = found.length;
    const { line, column } = spotAt(offset);
    found.push(1, line, column);
    if (node.kind === 'scalar' && node.block !== undefined)
      found.push(1, spotAt(node.block.offset).line, node.block.indent + 1);
    if (Array.isArray(at) && node.kind === 'sequence') {
      for (const [index, item] of node.items.entries()) visit(item, at[index]);
    } else if (isMap(at) && node.kind === 'mapping') {
      const members = membersOf(node, dialect);
      for (const [key, child] of Object.entries(at)) visit(members.get(key) ?? { node, offset }, child);
    }
    found[own] = (found.length - own) / each;
  };
  visit({ node: root, offset: root.offset }, value);
  return Uint32Array.from(found);
}

/**
 * Where the member or list entry at a path stands (a member: its key), or its nearest parent that is there. Behind a text that
 * stands line by line, the path may go on with a line and a column of it. The value stays as it is.
 */
export function spotIn(places: Places, value: unknown, path: YamlPath): Spot {
  const { at, found, rest } = foundIn(places, value, path);
  const [line, column] = rest;
  const isInText =
    typeof found === 'string' && places[at] === 2 && typeof line === 'number' && typeof column === 'number';
  if (!isInText) return { line: places[at + 1] ?? 1, column: places[at + 2] ?? 1 };
  return { line: (places[at + each + 1] ?? 1) + line - 1, column: (places[at + each + 2] ?? 1) + column - 1 };
}

/** The places of the value at a path that is there. */
export function placesIn(places: Places, value: unknown, path: YamlPath): Places {
  const { at } = foundIn(places, value, path);
  return places.slice(at, at + each * (places[at] ?? 1));
}

/** The value at a path, or its nearest parent that is there, and the steps that are not. */
interface Found {
  readonly at: number;
  readonly found: unknown;
  readonly rest: YamlPath;
}

function foundIn(places: Places, value: unknown, path: YamlPath): Found {
  let at = 0;
  let found = value;
  for (const [index, step] of path.entries()) {
    const offset = offsetOf(places, at, { value: found, step });
    if (offset === null) return { at, found, rest: path.slice(index) };
    at += offset;
    found = (found as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return { at, found, rest: [] };
}

/** Lists and mappings with more members than this are counted through once, for all who ask for one of them. */
const fewMembers = 64;
const counted = new WeakMap<object, ReadonlyMap<string, number>>();

/** How far behind a value's place that of its member stands; null when there is none. */
function offsetOf(
  places: Places,
  at: number,
  { value, step }: { readonly value: unknown; readonly step: PropertyKey },
): number | null {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return null;
  const known = counted.get(value);
  const key = String(step);
  if (known !== undefined) return known.get(key) ?? null;
  const offsets = new Map<string, number>();
  let next = at + each;
  // Listing the members is what takes time, so many of them are listed once, whichever of them is asked for first.
  const members = Object.keys(value);
  const isFew = members.length <= fewMembers;
  for (const member of members) {
    offsets.set(member, next - at);
    if (member === key && isFew) break;
    next += each * (places[next] ?? 1);
  }
  if (!isFew) counted.set(value, offsets);
  return offsets.get(key) ?? null;
}

// The last one wins, merged mappings included, just as the value was built.
function membersOf(node: MappingNode, dialect: Dialect): ReadonlyMap<string, Item> {
  const members = new Map<string, Item>();
  for (const pair of node.pairs) {
    if (!isMerge(pair)) {
      members.set(keyText(pair, dialect), { offset: pair.offset, node: pair.value });
      continue;
    }
    for (const source of mergeSources(pair))
      for (const [key, item] of membersOf(source, dialect)) members.set(key, item);
  }
  return members;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
