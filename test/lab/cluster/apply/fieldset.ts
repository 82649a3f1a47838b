/**
 * A set of field paths in the shape of `fieldsV1`: members named `f:field`, `k:{"key":...}` or `v:value`; a node is in
 * the set when it is empty or has a member `.`. The root is never in the set.
 */
export interface Fields {
  readonly [element: string]: Fields;
}

/** The empty set. */
export const none: Fields = {};

/** A node with these children, itself in the set or not; undefined when nothing is left of it. */
export function node(member: boolean, children: Fields): Fields | undefined {
  if (isEmpty(children)) return member ? none : undefined;
  return member ? { '.': none, ...children } : children;
}

/** True when nothing is in the set. */
export function isEmpty(fields: Fields): boolean {
  for (const _ in fields) return false;
  return true;
}

/** True when the node itself, not only something below it, is in the set. */
export function isMember(fields: Fields | undefined): boolean {
  return fields !== undefined && (isEmpty(fields) || fields['.'] !== undefined);
}

/** The children of a node, sorted. */
export function childrenOf(fields: Fields): [string, Fields][] {
  return Object.entries(fields)
    .filter(([element]) => element !== '.')
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What is in either set. */
export function union(a: Fields, b: Fields): Fields {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const elements = new Set([...Object.keys(a), ...Object.keys(b)]);
  elements.delete('.');
  return fromEntries([...elements].map((element) => [element, eitherNode(a[element], b[element])]));
}

/** What is in the first set and not in the second. */
export function difference(a: Fields, b: Fields): Fields {
  if (isEmpty(b)) return unmarked(a);
  return fromEntries(
    childrenOf(a).map(([element, child]) => {
      const other = b[element];
      if (other === undefined) return [element, child];
      return [element, node(isMember(child) && !isMember(other), difference(child, other))];
    }),
  );
}

/** What is in both sets. */
export function intersection(a: Fields, b: Fields): Fields {
  return fromEntries(
    childrenOf(a).map(([element, child]) => {
      const other = b[element];
      if (other === undefined) return [element, undefined];
      return [element, node(isMember(child) && isMember(other), intersection(child, other))];
    }),
  );
}

/** The set plus every named field on the way to its members. */
export function withNamed(fields: Fields): Fields {
  return fromEntries(
    childrenOf(fields).map(([element, child]) => [
      element,
      node(isMember(child) || element.startsWith('f:'), withNamed(child)),
    ]),
  );
}

/** A sorted set from children; missing ones are left out. */
export function fromEntries(entries: Iterable<readonly [string, Fields | undefined]>): Fields {
  const kept = [...entries].filter((entry): entry is [string, Fields] => entry[1] !== undefined);
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The paths of the set in the words of the API server's conflict messages: `.spec.containers[name="web"].image`. */
export function pathsOf(fields: Fields, prefix = ''): string[] {
  return childrenOf(fields).flatMap(([element, child]) => {
    const path = prefix + elementText(element);
    return [...(isMember(child) ? [path] : []), ...pathsOf(child, path)];
  });
}

function eitherNode(a: Fields | undefined, b: Fields | undefined): Fields | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return node(isMember(a) || isMember(b), unmarked(union(unmarked(a), unmarked(b))));
}

function unmarked(fields: Fields): Fields {
  const { '.': mark, ...children } = fields;
  return mark === undefined ? fields : children;
}

function elementText(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
