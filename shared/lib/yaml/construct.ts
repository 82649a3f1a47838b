import {
  isMerge,
  YamlFault,
  type MappingNode,
  type Pair,
  type ScalarNode,
  type SequenceNode,
  type YamlNode,
} from './node.ts';
import { resolveJson, resolvePlain, resolveTagged, type Resolved } from './scalars.ts';

/** Which scalars are understood: YAML as kubectl reads it, or JSON literals alone. */
export type Dialect = 'yaml' | 'json';

const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const tagNames: ReadonlyMap<string, string> = new Map(
  ['str', 'int', 'float', 'bool', 'null', 'binary', 'seq', 'map'].flatMap((name) => [
    [`!!${name}`, name] as const,
    [`!<tag:yaml.org,2002:${name}>`, name] as const,
  ]),
);

/** The JSON value of a node; throws a YamlFault for duplicate or forbidden keys, unknown tags, inexact numbers and halves of characters. */
export function construct(root: YamlNode, dialect: Dialect): unknown {
  const known = new Map<YamlNode, unknown>();
  const valueOf = (node: YamlNode): unknown => {
    if (node.kind === 'scalar') return scalarValue(node, dialect);
    if (known.has(node)) return known.get(node);
    const value = build(node);
    known.set(node, value);
    return value;
  };
  const build = (node: SequenceNode | MappingNode): unknown => {
    checkTag(node, node.kind === 'sequence' ? 'seq' : 'map');
    if (node.kind === 'sequence') return node.items.map((item) => valueOf(item.node));
    return mappingValue(node, dialect, valueOf);
  };
  return valueOf(root);
}

/** The text of a key, as JSON has it; throws a YamlFault where it has none. */
export function keyText(pair: Pair, dialect: Dialect): string {
  const { key, offset } = pair;
  if (key.kind !== 'scalar') throw new YamlFault('YAML_SYNTAX', 'a key must be text', offset);
  const value = scalarValue(key, dialect);
  if (typeof value === 'string') return value;
  if (value === null)
    throw new YamlFault('YAML_SYNTAX', 'an empty key', offset, 'write the key, in quotes if it is ~ or null');
  if (typeof value === 'number' && !Number.isInteger(value) && String(value) !== key.text) {
    throw new YamlFault('YAML_NUMBER', `the key ${key.text} cannot be kept exactly`, offset, 'put it in quotes');
  }
  return String(value);
}

/** The mappings that a `<<` member merges in, in the order in which later ones win; throws a YamlFault for other values. */
export function mergeSources(pair: Pair): MappingNode[] {
  const nodes = pair.value.kind === 'sequence' ? pair.value.items.map((item) => item.node).reverse() : [pair.value];
  return nodes.map((node) => {
    if (node.kind === 'mapping') return node;
    throw new YamlFault('YAML_SYNTAX', '<< must name a mapping or a list of mappings', pair.offset);
  });
}

function mappingValue(node: MappingNode, dialect: Dialect, valueOf: (node: YamlNode) => unknown): object {
  const result: Record<string, unknown> = {};
  const own = new Set<string>();
  for (const pair of node.pairs) {
    if (isMerge(pair)) {
      // As kubectl does it: members apply in the order of the text, so a merge after a key wins over it.
      for (const source of mergeSources(pair)) Object.assign(result, valueOf(source));
      continue;
    }
    const key = keyText(pair, dialect);
    if (forbidden.has(key)) throw new YamlFault('YAML_FORBIDDEN_KEY', `the key ${key} is not allowed`, pair.offset);
    if (own.has(key)) {
      throw new YamlFault('YAML_DUPLICATE_KEY', `the key ${key} is there twice`, pair.offset, 'keep one of the two');
    }
    own.add(key);
    result[key] = valueOf(pair.value);
  }
  return inKeyOrder(result);
}

// The order of keys means nothing: in this one a value is digested and written without a copy, and a value that was read
// again from what was written is the same in every way.
function inKeyOrder(value: Readonly<Record<string, unknown>>): object {
  const keys = Object.keys(value);
  if (keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key)) return value;
  return Object.fromEntries(keys.sort().map((key) => [key, value[key]]));
}

function scalarValue(node: ScalarNode, dialect: Dialect): string | number | boolean | null {
  const resolved = dialect === 'json' ? readJson(node) : readYaml(node);
  if ('fault' in resolved)
    throw new YamlFault('YAML_NUMBER', resolved.fault, node.offset, 'put it in quotes if it is meant as text');
  // UTF-8 cannot say it: an API server would keep another character in its place.
  if (typeof resolved.value === 'string' && !resolved.value.isWellFormed())
    throw new YamlFault('YAML_ENCODING', 'an escape that is half of a character', node.offset, 'write both halves');
  return resolved.value;
}

function readYaml(node: ScalarNode): Resolved {
  if (node.tag === '') return node.plain ? resolvePlain(node.text) : { value: node.text };
  const name = checkTag(node, 'str', 'int', 'float', 'bool', 'null', 'binary');
  const resolved = resolveTagged(name, node.text);
  if ('fault' in resolved) throw new YamlFault('YAML_SYNTAX', resolved.fault, node.offset, 'remove the tag');
  return resolved;
}

function readJson(node: ScalarNode): Resolved {
  if (node.tag !== '') throw new YamlFault('YAML_SYNTAX', 'JSON has no tags', node.offset);
  if (!node.plain) return { value: node.text };
  const resolved = resolveJson(node.text);
  if (resolved === null) throw new YamlFault('YAML_SYNTAX', `\`${node.text}\` is not a JSON value`, node.offset);
  return resolved;
}

function checkTag(node: YamlNode, ...allowed: readonly string[]): string {
  if (node.tag === '') return '';
  const name = tagNames.get(node.tag);
  if (name !== undefined && allowed.includes(name)) return name;
  throw new YamlFault('YAML_UNKNOWN_TAG', `the tag ${node.tag} means nothing here`, node.offset, 'remove the tag');
}
