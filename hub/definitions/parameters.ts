import { SluiceError } from '../../shared/errors.ts';

/** A parameter of a definition, as its CUE text declares it. */
export interface Parameter {
  /** `<name>` where every name is taken. */
  readonly name: string;
  readonly isRequired: boolean;
  /** In the words of CUE: `string`, `"A" | "B"`, `list of string`, `map of int`. */
  readonly type: string;
  /** The value where it is not given; undefined = none. */
  readonly fallback?: string;
  readonly description: string;
  /** What is in it, or in each of its items. */
  readonly members: readonly Parameter[];
}

/** A field of a struct: what stands before it, its label, and its value as text. */
interface Field {
  readonly comment: string;
  readonly label: string;
  readonly value: string;
}

/**
 * The parameters that the text of a built-in definition declares. Structs, lists, maps, choices and definitions (`#Env`) of the same
 * text are followed; that is what built-in definitions are written with, not all of CUE.
 */
export function parametersOf(template: string): readonly Parameter[] {
  const fields = fieldsOf(template);
  const definitions = new Map(fields.filter(({ label }) => label.startsWith('#')).map((one) => [one.label, one.value]));
  return fields
    .filter(({ label }) => label === 'parameter')
    .flatMap(({ value, comment }) => {
      const { members, type } = typeOf(value, definitions);
      return isMapLabel(value) ? [{ name: '<name>', isRequired: false, type, description: comment, members }] : members;
    });
}

function parameterOf({ comment, label, value }: Field, definitions: ReadonlyMap<string, string>): Parameter {
  const { type, fallback, members } = typeOf(value, definitions);
  const name = label.replace(/\?$/, '').replaceAll('"', '');
  // A struct whose members all have defaults need not be written.
  const isFilled = value.startsWith('{') && members.every(({ isRequired }) => !isRequired);
  return {
    name,
    isRequired: !label.endsWith('?') && fallback === undefined && !isFilled && !isMapLabel(value),
    type,
    ...(fallback !== undefined && { fallback }),
    description: comment,
    members,
  };
}

type Typed = Pick<Parameter, 'type' | 'fallback' | 'members'>;

function typeOf(text: string, definitions: ReadonlyMap<string, string>): Typed {
  if (isMapLabel(text)) {
    const each = typeOf(text.replace(/^\[string\]:\s*/, ''), definitions);
    return { type: `map of ${each.type}`, members: each.members };
  }
  // `exec?: command: [...string]` is a struct of one member.
  if (/^[a-zA-Z]\w*\??:/.test(text)) return typeOf(`{${text}}`, definitions);
  const branches = splitAt(text, '|').map((branch) => branch.trim());
  const given = branches.find((branch) => branch.startsWith('*'))?.slice(1);
  const types = branches
    .filter((branch) => branch !== '*[]' && branch !== '*null' && !/^\*(?:true|false|-?\d+|\[.*\])$/.test(branch))
    .filter((branch) => !(branch.startsWith('*"') && branches.includes('string')))
    .map((branch) => oneType(branch.replace(/^\*/, ''), definitions));
  return {
    type: types.map(({ type }) => type).join(' | '),
    ...(given !== undefined && given !== 'null' && { fallback: given }),
    ...(given === 'null' && { fallback: 'what is there' }),
    members: types.flatMap(({ members }) => members),
  };
}

function oneType(text: string, definitions: ReadonlyMap<string, string>): Typed {
  if (text.startsWith('{')) {
    return { type: 'map', members: membersOf(text.slice(1, -1), definitions) };
  }
  if (text.startsWith('[...')) {
    const each = typeOf(text.slice('[...'.length, -1), definitions);
    return { type: `list of ${each.type}`, members: each.members };
  }
  const definition = definitions.get(text);
  return definition === undefined ? { type: text, members: [] } : typeOf(definition, definitions);
}

function membersOf(text: string, definitions: ReadonlyMap<string, string>): readonly Parameter[] {
  return fieldsOf(text).flatMap((field) => {
    if (field.label === '...') return [];
    // A definition that stands by itself brings its members.
    if (field.label.startsWith('#')) return typeOf(field.label, definitions).members;
    return [parameterOf(field, definitions)];
  });
}

function isMapLabel(text: string): boolean {
  return text.startsWith('[string]:');
}

/** The fields of a text, in order, each with the comment above it. */
function fieldsOf(text: string): readonly Field[] {
  const fields: Field[] = [];
  let comment: string[] = [];
  for (const part of partsOf(text)) {
    const line = part.trim();
    if (line === '') comment = [];
    else if (line.startsWith('//')) comment.push(line.replace(/^\/\/ ?/, '').replace(/^\+usage=/, ''));
    else {
      const [, label = line, value = ''] = /^((?:"[^"]*"|[#\w-]+)\??):\s*([^]*)$/.exec(line) ?? [];
      fields.push({ comment: comment.filter((one) => !one.startsWith('+')).join(' '), label, value });
      comment = [];
    }
  }
  return fields;
}

/** Lines, and what commas part, at the depth of the text itself. */
function partsOf(text: string): readonly string[] {
  return splitAt(text, '\n').flatMap((line) => (line.trim().startsWith('//') ? [line] : splitAt(line, ',')));
}

const depths: Readonly<Record<string, number>> = { '{': 1, '[': 1, '(': 1, '}': -1, ']': -1, ')': -1 };

/** Splits a text at a character that stands in no bracket and no string; comments may say anything. */
function splitAt(text: string, mark: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') at = endOfString(text, at);
    else if (char === '/' && text.charAt(at + 1) === '/') at = endOfLine(text, at) - 1;
    else depth += depths[char] ?? 0;
    if (char !== mark || depth !== 0) continue;
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  return [...parts, text.slice(from)];
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++;
    else if (text.charAt(at) === '"') return at;
  }
  throw new SluiceError('INTERNAL', `a text of a built-in definition does not end: ${text.slice(start, start + 20)}`);
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}
