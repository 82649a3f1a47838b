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
    // Scalars are the most and the cheapest: only collections are worth remembering.
    if (node.kind === 'scalar') return { depth: 0, weight: 1 + Math.floor(node.text.length / textPerNode) };
    const before = known.get(node);
    if (before !== undefined) return before;
    let depth = 0;
    let weight = 1;
    const add = (child: YamlNode): void => {
      const size = sizeOf(child);
      depth = Math.max(depth, size.depth);
      weight += size.weight;
    };
    if (node.kind === 'sequence') for (const item of node.items) add(item.node);
    else for (const pair of node.pairs) [pair.key, pair.value].forEach(add);
    const size = { depth: depth + 1, weight };
    checkLimits(size, node);
    known.set(node, size);
    return size;
  };
  sizeOf(root);
}

function checkLimits({ depth, weight }: Size, { offset }: YamlNode): void {
  if (depth > yamlLimits.depth) {
    throw new YamlFault('YAML_TOO_DEEP', `nested deeper than ${yamlLimits.depth} levels`, offset);
  }
  if (weight > yamlLimits.nodes) {
    throw new YamlFault('YAML_ALIAS_BOMB', `more than ${yamlLimits.nodes} values once aliases are written out`, offset);
  }
}
