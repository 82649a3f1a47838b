import type { Rewritten } from '../model/inventory.ts';
import { ignoredPointers } from '../../shared/model/ignored.ts';
import { label } from '../../shared/model/names.ts';
import { isSecret, type KubeObject } from '../../shared/model/object.ts';
import { isSameValue } from './same-value.ts';

/** Fields that are remembered of one object. */
const shown = 5;

/**
 * The fields that were sent with one value and answered with another: a webhook or an admission policy changed them, and would again.
 * What a server writes in a form of its own is the same; so is everything that was not sent, and what the manifest leaves to others.
 */
export function rewrittenFields(sent: KubeObject, answered: KubeObject): readonly Rewritten[] {
  const ignored = ignoredPointers(sent.metadata);
  const found: Difference[] = [];
  for (const [key, value] of Object.entries(sent)) {
    if (['apiVersion', 'kind', 'metadata', 'status'].includes(key)) continue;
    compare({ value, answer: answered[key], pointer: `/${escaped(key)}`, field: key, ignored, found });
  }
  for (const key of ['labels', 'annotations'] as const) {
    const answer = answered.metadata[key];
    for (const [name, value] of Object.entries(sent.metadata[key] ?? {})) {
      // The agent's own ones are looked at where they count.
      if (name.startsWith('sluice.dev/') || name === label.managedBy) continue;
      const place = { pointer: `/metadata/${key}/${escaped(name)}`, field: `metadata.${key}[${name}]` };
      compare({ value, answer: answer?.[name], ...place, ignored, found });
    }
  }
  const ofSecret = isSecret(sent);
  return found.slice(0, shown).map((one) => told(one, ofSecret));
}

interface Difference {
  readonly pointer: string;
  readonly field: string;
  readonly value: unknown;
  readonly answer: unknown;
}

interface Comparison extends Difference {
  readonly ignored: readonly string[];
  readonly found: Difference[];
}

function compare(one: Comparison): void {
  const { value, answer, pointer, field, ignored, found } = one;
  if (found.length >= shown || isSame(one) || ignored.includes(pointer)) return;
  const more = { ignored, found };
  if (Array.isArray(value) && Array.isArray(answer)) compareLists(one, value, answer);
  else if (isMap(value) && isMap(answer)) {
    for (const [key, child] of Object.entries(value)) {
      const place = {
        pointer: `${pointer}/${escaped(key)}`,
        field: /^[\w-]+$/.test(key) ? `${field}.${key}` : `${field}[${key}]`,
      };
      compare({ value: child, answer: answer[key], ...place, ...more });
    }
  } else found.push({ pointer, field, value, answer });
}

/** Numbers of which zero is one like any other, never left to the server. */
const counts = /\/(replicas|weight)$/;

function isSame({ value, answer, pointer }: Difference): boolean {
  if (value === 0 && typeof answer === 'number' && counts.test(pointer)) return answer === 0;
  return isSameValue(value, answer);
}

/** Elements are found again by what they are called, else by their place, else wherever one is that has all that was sent. */
function compareLists(one: Comparison, sent: readonly unknown[], answered: readonly unknown[]): void {
  const { pointer, field, ignored, found } = one;
  const texts = new Set(answered.filter((element) => !isMap(element)).map(String));
  for (const [at, value] of sent.entries()) {
    if (!isMap(value) && texts.has(String(value))) continue;
    const name = nameOf(value);
    const answer = counterpart(value, name, answered, at);
    if (isMap(value) && name === null && (isCovered(value, answer) || isSomewhere(value, answered))) continue;
    compare({ value, answer, pointer: `${pointer}/${at}`, field: `${field}[${name?.value ?? at}]`, ignored, found });
  }
}

/** Members by which servers tell elements of lists from each other. */
const names = [
  'name',
  'key',
  'mountPath',
  'devicePath',
  'containerPort',
  'port',
  'ip',
  'topologyKey',
  'type',
  'host',
] as const;

interface Name {
  readonly key: string;
  readonly value: string;
}

function nameOf(element: unknown): Name | null {
  if (!isMap(element)) return null;
  const key = names.find((one) => ['string', 'number'].includes(typeof element[one]));
  return key === undefined ? null : { key, value: String(element[key]) };
}

function counterpart(value: unknown, name: Name | null, answered: readonly unknown[], at: number): unknown {
  if (!isMap(value) || name === null) return answered[at];
  const called = answered.filter((one) => isMap(one) && String(one[name.key]) === name.value);
  // Several of one name, as ports of two protocols: the one that has it all, else the first.
  return called.find((one) => isCovered(value, one)) ?? called[0];
}

const searched = 100;

function isSomewhere(value: Map_, answered: readonly unknown[]): boolean {
  return answered.length <= searched && answered.some((one) => isCovered(value, one));
}

function isCovered(value: Map_, answer: unknown): boolean {
  const found: Difference[] = [];
  compare({ value, answer, pointer: '', field: '', ignored: [], found });
  return found.length === 0;
}

/** Values are shown where they cannot be a secret: numbers, and texts of these fields. */
const plain: ReadonlySet<string> = new Set([
  'image',
  'imagePullPolicy',
  'priorityClassName',
  'runtimeClassName',
  'schedulerName',
  'serviceAccountName',
  'storageClassName',
  'ingressClassName',
  'type',
]);

function told({ pointer, field, value, answer }: Difference, ofSecret: boolean): Rewritten {
  const member = pointer.slice(pointer.lastIndexOf('/') + 1);
  const isData = /^\/(data|binaryData|stringData)\//.test(pointer);
  const isPlain = plain.has(member) || pointer.includes('/resources/');
  const text = (one: unknown): string => {
    if (one === undefined) return 'missing';
    if (ofSecret || isData) return hidden;
    if (typeof one === 'number' || typeof one === 'boolean') return String(one);
    return typeof one === 'string' && isPlain ? cut(one) : hidden;
  };
  return { pointer, field, ours: text(value), theirs: text(answer) };
}

const hidden = '[value]';

function cut(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}\u2026`;
}

type Map_ = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Map_ {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function escaped(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
