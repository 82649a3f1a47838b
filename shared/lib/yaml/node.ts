/** A node of a YAML document; an alias is the very node that it names. `at` is its offset in the text. */
export type YamlNode = ScalarNode | SequenceNode | MappingNode;

interface NodeBase {
  readonly offset: number;
  /** The tag as written, empty when there is none. */
  readonly tag: string;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly text: string;
  readonly plain: boolean;
  /** Where a text that stands line by line below its key (`|`) begins, and how far its lines are indented. */
  readonly block?: { readonly offset: number; readonly indent: number };
}

export interface SequenceNode extends NodeBase {
  readonly kind: 'sequence';
  readonly items: Item[];
}

export interface MappingNode extends NodeBase {
  readonly kind: 'mapping';
  readonly pairs: Pair[];
}

/** An entry of a sequence, `at` where it stands (an alias stands elsewhere than its node). */
export interface Item {
  readonly offset: number;
  readonly node: YamlNode;
}

/** A member of a mapping; `at` is where its key stands. */
export interface Pair {
  readonly offset: number;
  readonly key: YamlNode;
  readonly value: YamlNode;
}

/** A fault at an offset of the text. */
export class YamlFault extends Error {
  readonly code: FaultCode;
  readonly offset: number;
  readonly hint: string | undefined;

  constructor(code: FaultCode, message: string, offset: number, hint?: string) {
    super(message);
    this.name = 'YamlFault';
    this.code = code;
    this.offset = offset;
    this.hint = hint;
  }
}

type FaultCode =
  | 'YAML_SYNTAX'
  | 'YAML_DUPLICATE_KEY'
  | 'YAML_UNKNOWN_TAG'
  | 'YAML_FORBIDDEN_KEY'
  | 'YAML_NUMBER'
  | 'YAML_TOO_LARGE'
  | 'YAML_TOO_DEEP'
  | 'YAML_ALIAS_BOMB'
  | 'YAML_ENCODING';

/** True for the key `<<` that merges other mappings in (quoted, it is a key like any other). */
export function isMerge(pair: Pair): boolean {
  return pair.key.kind === 'scalar' && pair.key.text === '<<' && pair.key.plain && pair.key.tag === '';
}
