/** A JSON value as YAML that every reader takes the same way: block style, strings quoted unless they are plain words. */
export function yamlText(value: unknown): string {
  return lines(value, '').join('\n') + '\n';
}

function lines(value: unknown, indent: string): string[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((item: unknown) => itemLines(item, indent));
  if (isFilled(value)) return Object.entries(value).flatMap(([key, member]) => memberLines(key, member, indent));
  return [indent + scalar(value)];
}

function itemLines(item: unknown, indent: string): string[] {
  const [first = '', ...rest] = lines(item, `${indent}  `);
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

function memberLines(key: string, member: unknown, indent: string): string[] {
  if (member === undefined) return [];
  const name = indent + scalar(key);
  const isBlock = isFilled(member) || (Array.isArray(member) && member.length > 0);
  return isBlock ? [`${name}:`, ...lines(member, `${indent}  `)] : [`${name}: ${scalar(member)}`];
}

function isFilled(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

/** JSON is valid YAML; words that no YAML version reads as something else stay plain. */
function scalar(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[a-zA-Z][a-zA-Z0-9._/-]*$/.test(value) && !reserved.test(value);
  return isPlain ? value : JSON.stringify(value);
}

const reserved = /^(y|n|yes|no|on|off|true|false|null)$/i;
