import { YamlFault, type YamlNode } from './node.ts';

/** Deepest nesting, and most nodes after every alias is written out. */
export const yamlLimits = { depth: 100, nodes: 1_000_000 } as const;

// A long text counts as several nodes: repeated by aliases it costs as much.
const textPerNode = 32;

interface Size {
  readonly depth: number;
  readonly weight: number;
}

/** Throws YAML_TOO_DEEP or YAML_ALIAS_BOMB where writing out all aliases would pass the limits; cheap however large the result. */
export function checkSize(root: YamlNode): void {
  const known = new Map<YamlNode, Size>();
  const sizeOf = (node: YamlNode): Size => {
    const before = known.get(node);
    if (before !== undefined) return before;
    let depth = 0;
    let weight = 1;
    for (const child of childrenOf(node)) {
      const size = sizeOf(child);
      depth = Math.max(depth, size.depth);
      weight += size.weight;
    }
    if (node.kind === 'scalar') weight += Math.floor(node.text.length / textPerNode);
    else depth += 1;
    if (depth > yamlLimits.depth) {
      throw new YamlFault('YAML_TOO_DEEP', `nested deeper than ${yamlLimits.depth} levels`, node.at);
    }
    if (weight > yamlLimits.nodes) {
      throw new YamlFault(
        'YAML_ALIAS_BOMB',
        `more than ${yamlLimits.nodes} values once aliases are written out`,
        node.at,
      );
    }
    const size = { depth, weight };
    known.set(node, size);
    return size;
  };
  sizeOf(root);
}

function childrenOf(node: YamlNode): YamlNode[] {
  if (node.kind === 'sequence') return node.items.map((item) => item.node);
  if (node.kind === 'mapping') return node.pairs.flatMap((pair) => [pair.key, pair.value]);
  return [];
}
