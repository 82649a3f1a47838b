import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml';
import type { Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml';
import { SluiceError } from '../errors.ts';
import { construct, type Dialect } from './yaml/construct.ts';
import { checkSize, yamlLimits } from './yaml/measure.ts';
import { YamlFault, type MappingNode, type SequenceNode, type YamlNode } from './yaml/node.ts';
import { placesOf, spotIn, type Places, type YamlPath } from './yaml/places.ts';
import { decodeText, spotter, withoutMarks, type Spot } from './yaml/text.ts';

type NodeEvent = ScalarEvent | SequenceEvent | MappingEvent;

/** One document of a file. An empty document has the value null. */
export interface YamlDocument {
  readonly value: unknown;
  readonly spot: Spot;
  /**
   * Where the member or list entry at a path stands (a member: its key), or its nearest parent that is there. Behind a text
   * that stands line by line, the path may go on with a line and a column of it.
   */
  readonly locate: (path: YamlPath) => Spot;
  /** Where all of its values stand. */
  readonly places: () => Places;
}

/** The largest file that is read. */
export const maxYamlBytes = 4 * 1024 * 1024;

/** Most aliases in one document, and most events of one file: together with the size they bound the time to about 2 s. */
const maxAliases = 10_000;
const maxEvents = 2_000_000;

/**
 * Reads the documents of a YAML or JSON file (`.json`) as kubectl would, and refuses what cannot be trusted: duplicate,
 * forbidden or unexact keys and values, unknown tags, alias bombs, too much depth or size. Every error is a SluiceError
 * with the path, line and column.
 */
export function parseYaml(source: string | Uint8Array, path: string): YamlDocument[] {
  const size = typeof source === 'string' ? Buffer.byteLength(source) : source.length;
  if (size > maxYamlBytes) {
    throw new SluiceError('YAML_TOO_LARGE', `the file has ${size} bytes, more than ${maxYamlBytes}`, {
      path,
      line: 1,
      column: 1,
      hint: 'split it',
    });
  }
  const { text, at: mark } = withoutMarks(typeof source === 'string' ? source : decodeText(source, path));
  const spotAt = spotter(text);
  try {
    if (mark >= 0) {
      const hint = 'write --- between files that were joined, and save them without the mark';
      throw new YamlFault('YAML_ENCODING', 'a byte order mark inside of a document', mark, hint);
    }
    const dialect = /\.json$/i.test(path) ? 'json' : 'yaml';
    return readDocuments(text, dialect).map((root) => documentOf(root, dialect, spotAt));
  } catch (error) {
    throw located(error, path, { text, spotAt });
  }
}

function documentOf(root: YamlNode, dialect: Dialect, spotAt: (offset: number) => Spot): YamlDocument {
  checkSize(root);
  const value = construct(root, dialect);
  let known: Places | null = null;
  const places = (): Places => (known ??= placesOf(root, value, { dialect, spotAt }));
  return { value, spot: spotAt(root.offset), locate: (path) => spotIn(places(), value, path), places };
}

function readDocuments(text: string, dialect: Dialect): YamlNode[] {
  const zero = text.indexOf('\0');
  if (zero >= 0) throw new YamlFault('YAML_ENCODING', 'the file has zero bytes', zero, 'save it as UTF-8 text');
  // kubectl breaks lines there and other readers do not: the meaning is ambiguous.
  const breaks = dialect === 'yaml' ? text.search(/[\u0085\u2028\u2029]/) : -1;
  if (breaks >= 0) {
    throw new YamlFault(
      'YAML_ENCODING',
      'a Unicode line break',
      breaks,
      'write it as an escape (\\u2028) in double quotes',
    );
  }
  if (dialect === 'json') checkJson(text);
  const events = parseEvents(text, { maxDepth: yamlLimits.depth * 4 });
  if (events.length > maxEvents)
    throw new YamlFault('YAML_TOO_LARGE', `more than ${maxEvents} YAML nodes`, 0, 'split it');
  return nodesOf(events, text);
}

function checkJson(text: string): void {
  try {
    if (text.trim() !== '') JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position (\d+)/.exec(message);
    const offset = position === null ? (/^Unexpected end/.test(message) ? text.length : 0) : Number(position[1]);
    throw new YamlFault('YAML_SYNTAX', 'not valid JSON', offset);
  }
}

interface Open {
  readonly node: SequenceNode | MappingNode;
  key: { readonly node: YamlNode; readonly offset: number } | null;
}

/** Builds one node tree for each document, every alias replaced by the node that it names. */
function nodesOf(events: readonly Event[], text: string): YamlNode[] {
  const roots: YamlNode[] = [];
  const open: Open[] = [];
  let anchors = new Map<string, YamlNode>();
  let aliases = 0;
  let last = 0;
  const place = (node: YamlNode, offset: number): void => {
    const parent = open.at(-1);
    if (parent === undefined) roots.push(node);
    else if (parent.node.kind === 'sequence') parent.node.items.push({ node, offset });
    else if (parent.key === null) parent.key = { node, offset };
    else {
      parent.node.pairs.push({ key: parent.key.node, offset: parent.key.offset, value: node });
      parent.key = null;
    }
  };
  const aliasOf = (name: string, offset: number): YamlNode => {
    aliases += 1;
    if (aliases > maxAliases) throw new YamlFault('YAML_ALIAS_BOMB', `more than ${maxAliases} aliases`, offset);
    const node = anchors.get(name);
    if (node === undefined) throw new YamlFault('YAML_SYNTAX', `the alias *${name} names no anchor before it`, offset);
    if (open.some((parent) => parent.node === node)) {
      throw new YamlFault('YAML_SYNTAX', `the alias *${name} is inside of what it names`, offset);
    }
    return node;
  };
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) {
      anchors = new Map();
      aliases = 0;
    } else if (event.type === EVENT_ID.POP) {
      // The end of a document finds nothing open.
      open.pop();
    } else if (event.type === EVENT_ID.ALIAS) {
      last = event.anchorStart - 1;
      place(aliasOf(text.slice(event.anchorStart, event.anchorEnd), last), last);
    } else {
      last = startOf(event, last);
      const node = nodeOf(event, text, last);
      if (event.anchorStart >= 0) anchors.set(text.slice(event.anchorStart, event.anchorEnd), node);
      place(node, last);
      if (node.kind !== 'scalar') open.push({ node, key: null });
    }
  }
  return roots;
}

function nodeOf(event: NodeEvent, text: string, offset: number): YamlNode {
  const tag = event.tagStart < 0 ? '' : text.slice(event.tagStart, event.tagEnd);
  if (event.type === EVENT_ID.SEQUENCE) return { kind: 'sequence', offset, tag, items: [] };
  if (event.type === EVENT_ID.MAPPING) return { kind: 'mapping', offset, tag, pairs: [] };
  const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK;
  return {
    kind: 'scalar',
    offset,
    tag,
    text: getScalarValue(text, event),
    plain: event.style === SCALAR_STYLE.PLAIN,
    ...(isBlock && { block: { offset: event.valueStart, indent: event.indent } }),
  };
}

/** Where a node starts, its anchor and tag included; one that is left out stands where the node before it does. */
function startOf(event: NodeEvent, before: number): number {
  const own = event.type === EVENT_ID.SCALAR ? scalarStart(event) : event.start;
  const starts = [event.anchorStart - 1, event.tagStart, own].filter((start) => start >= 0);
  return starts.length === 0 ? before : Math.min(...starts);
}

function scalarStart(event: ScalarEvent): number {
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return quoted ? event.valueStart - 1 : event.valueStart;
}

function located(
  error: unknown,
  path: string,
  { text, spotAt }: { readonly text: string; readonly spotAt: (offset: number) => Spot },
): SluiceError {
  const fault = error instanceof YamlFault ? error : faultOf(error);
  const spot = spotAt(fault.offset);
  const indent = /^\s*/.exec(text.slice(fault.offset - spot.column + 1));
  const hint = fault.hint ?? (indent?.[0].includes('\t') === true ? 'indent with spaces, not with tabs' : undefined);
  return new SluiceError(fault.code, fault.message, { path, ...spot, ...(hint === undefined ? {} : { hint }) }, error);
}

function faultOf(error: unknown): YamlFault {
  if (!(error instanceof YAMLException)) throw error;
  const { reason, mark } = error;
  // The parser has no codes: this one reason is told apart by its words, and a test watches over them.
  const tooDeep = reason.startsWith('nesting exceeded');
  const message = tooDeep ? `nested deeper than ${yamlLimits.depth} levels` : reason;
  return new YamlFault(tooDeep ? 'YAML_TOO_DEEP' : 'YAML_SYNTAX', message, mark?.position ?? 0);
}
