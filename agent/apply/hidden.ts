/** What stands in the place of a value that is not shown. */
const hidden = '[value]';

/** Shorter ones are hidden only where they stand by themselves: they are parts of too many words. */
const shortest = 4;

/** Servers and webhooks cut long values: so many characters of one are told from anything else. */
const cutAt = 24;

/**
 * What a server or a webhook said of an object, without the values of its data and of its variables: reports, status and logs
 * are read by more people than a Secret is. `text` is the object as JSON; null or no JSON hides what servers mark as a value alone.
 */
export function withoutSecrets(message: string, text: string | null): string {
  const marked = message.replace(/\{Value:.*?\}(?=,|;|\s|$)/gs, `{Value:${hidden}}`);
  const values = [...new Set(secretsOf(parsed(text)))].sort((a, b) => b.length - a.length);
  return values.reduce(withoutValue, marked);
}

function withoutValue(message: string, value: string): string {
  const quoted = JSON.stringify(value);
  const forms = [value, quoted.slice(1, -1)];
  if (value.length < shortest) {
    const alone = new RegExp(`(?<![\\w.-])${escaped(value)}(?![\\w.-])`, 'g');
    return message.replace(alone, hidden);
  }
  const whole = forms.reduce((text, form) => text.replaceAll(form, hidden), message);
  return value.length <= cutAt ? whole : forms.reduce(withoutStart, whole);
}

/** Hides what begins like a long value, as far as it goes on like it. */
function withoutStart(message: string, value: string): string {
  const start = value.slice(0, cutAt);
  const at = message.indexOf(start);
  if (at < 0) return message;
  let length = cutAt;
  while (length < value.length && message[at + length] === value[length]) length += 1;
  return withoutStart(message.slice(0, at) + hidden + message.slice(at + length), value);
}

function* secretsOf(object: unknown): Iterable<string> {
  for (const member of ['data', 'stringData', 'binaryData']) {
    for (const value of Object.values(mapOf(at(object, member)))) yield* formsOf(value);
  }
  for (const path of podPaths) yield* variablesOf(path.reduce<unknown>(at, object));
}

const podPaths = [['spec'], ['spec', 'template', 'spec'], ['spec', 'jobTemplate', 'spec', 'template', 'spec']] as const;

function* variablesOf(spec: unknown): Iterable<string> {
  for (const kind of ['initContainers', 'containers']) {
    for (const container of listOf(at(spec, kind)))
      for (const variable of listOf(at(container, 'env'))) yield* formsOf(at(variable, 'value'));
  }
}

/** A value as it is, and what it is in base64. */
function* formsOf(value: unknown): Iterable<string> {
  if (typeof value === 'number' || typeof value === 'boolean') yield String(value);
  if (typeof value !== 'string' || value === '') return;
  yield value;
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(value)) return;
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  if (decoded !== '' && !decoded.includes('\ufffd')) yield decoded;
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

function at(node: unknown, key: string): unknown {
  return mapOf(node)[key];
}

function mapOf(node: unknown): Readonly<Record<string, unknown>> {
  return node !== null && typeof node === 'object' && !Array.isArray(node) ? (node as Record<string, unknown>) : {};
}

function listOf(node: unknown): readonly unknown[] {
  return Array.isArray(node) ? node : [];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
