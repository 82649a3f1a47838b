import { keyText, mergeSources, type Dialect } from './construct.ts';
import { isMerge, type Item, type MappingNode, type YamlNode } from './node.ts';
import type { Spot } from './text.ts';

/**
 * Where every value of a document stands: three numbers each (how many values it is, itself included; line; column), in the
 * order in which its value lists them. It says the same as the text, is small, and goes from thread to thread without a copy.
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

/** Where the member or list entry at a path stands (a member: its key), or its nearest parent that is there. The value stays as it is. */
export function spotIn(places: Places, value: unknown, path: YamlPath): Spot {
  const at = indexIn(places, value, path);
  return { line: places[at + 1] ?? 1, column: places[at + 2] ?? 1 };
}

/** The places of the value at a path that is there. */
export function placesIn(places: Places, value: unknown, path: YamlPath): Places {
  const at = indexIn(places, value, path);
  return places.slice(at, at + each * (places[at] ?? 1));
}

function indexIn(places: Places, value: unknown, path: YamlPath): number {
  let at = 0;
  let here = value;
  for (const step of path) {
    const offset = offsetOf(places, at, { value: here, step });
    if (offset === null) break;
    at += offset;
    here = (here as Readonly<Record<PropertyKey, unknown>>)[step];
  }
  return at;
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
