import { pointerParts } from '../../shared/model/ignored.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { ReportedObservation } from '../../shared/wire/report.ts';
import type { CueEvaluator } from '../cue/engine.ts';
import { withoutImports } from '../cue/expression.ts';
import type { CueProgram } from '../cue/program.ts';
import type { CheckedHealth, CheckedObject, HealthCheck } from '../model/health.ts';
import { isMap, type JsonMap } from '../model/json-map.ts';
import { tokensOf } from '../model/cue-tokens.ts';

/** What is known of the objects of an application, and which contents of them count. */
export interface Known {
  readonly observations: readonly ReportedObservation[];
  readonly digests: ReadonlyMap<ObjectId, Digest>;
}

/**
 * How well a component or trait is by its definition: `details` first, then `healthPolicy`, then `customStatus`, which may read
 * what came of those before as `context.status`. What is not reported of the content that counts is unknown and never
 * evaluated; a text that cannot be evaluated says no, with its words.
 */
export async function checkedHealth(
  cue: CueEvaluator,
  check: HealthCheck,
  known: Known,
  signal: AbortSignal,
): Promise<CheckedHealth> {
  const { component, trait, revision, status } = check;
  const who = { component, ...(trait !== undefined && { trait }), ...(revision !== undefined && { revision }) };
  const missing = check.objects.find((object) => observationOf(object, known) === undefined);
  if (missing !== undefined) {
    // What is only to be told is not told then: a Job that is done may be gone.
    if (status.healthPolicy === undefined) return { ...who, health: 'healthy', message: '', details: {} };
    return { ...who, health: 'unknown', message: missingWords(missing.id), details: {} };
  }
  const context = { ...check.context, ...liveObjects(check, known) };
  const ask = async (text: string | undefined, form: Form, more: object): Promise<Answer> => {
    if (text === undefined) return { value: undefined };
    if (form.result !== null && !says(text, form.result)) return { fault: `it says no ${form.result}` };
    const program = programOf(check, { ...context, status: more }, form.template(text));
    const [outcome] = await cue.evaluate([program], signal);
    if (outcome?.ok === true) return { value: outcome.value.errs };
    return { fault: outcome?.faults[0]?.message ?? 'the evaluation gave no answer' };
  };
  const detailed = await ask(status.details, members, {});
  const details = textsOf('value' in detailed ? detailed.value : undefined);
  const asked = await ask(status.healthPolicy, resultOf('isHealth'), { details });
  const healthy = 'value' in asked && (status.healthPolicy === undefined || asked.value === true);
  const told = await ask(status.customStatus, resultOf('message'), { details, healthy });
  const words = [
    wordsOf('healthPolicy', asked),
    'value' in told ? textOf(told.value) : wordsOf('customStatus', told),
    wordsOf('details', detailed),
  ];
  return { ...who, health: healthy ? 'healthy' : 'unhealthy', message: words.filter(Boolean).join('; '), details };
}

type Answer = { readonly value: unknown } | { readonly fault: string };

/** How the result of a text is asked for: a member of it, or all of its members (null). */
interface Form {
  readonly result: string | null;
  readonly template: (text: string) => string;
}

function says(text: string, name: string): boolean {
  return tokensOf(text).some((token) => token.kind === 'name' && token.text === name);
}

function wordsOf(what: string, answer: Answer): string {
  return 'fault' in answer ? `its ${what} cannot be evaluated: ${answer.fault}` : '';
}

// The evaluator gives a few members of a template only; their names stay free for the text that way. A result that stands below
// conditions alone cannot be named from the top.
function resultOf(result: string): Form {
  const template = (text: string): string =>
    isAtTop(text, result) ? `${text}\nerrs: ${result}\n` : `${wrapped('_text', text)}errs: _text.${result}\n`;
  return { result, template };
}

function isAtTop(text: string, name: string): boolean {
  let depth = 0;
  return tokensOf(text).some((token, at, tokens) => {
    if (token.kind === 'sign') depth += '{[('.includes(token.text) ? 1 : '}])'.includes(token.text) ? -1 : 0;
    return depth === 0 && token.kind === 'name' && token.text === name && tokens[at + 1]?.text === ':';
  });
}

/** A text whose members are the result: what it imports stays on top, and every line where it is. */
const members: Form = { result: null, template: (text) => wrapped('errs', text) };

function wrapped(name: string, text: string): string {
  const { imports, rest } = withoutImports(text);
  return `${imports}${name}: {${rest}\n}\n`;
}

function programOf({ subject, parameter }: HealthCheck, context: object, template: string): CueProgram {
  return { subject, template: `${template}parameter: {...}\n`, parameter, context: { ...context } };
}

function observationOf({ id }: CheckedObject, { observations, digests }: Known): ReportedObservation | undefined {
  const found = observations.find((one) => one.id === id);
  return found?.digest !== undefined && found.digest === digests.get(id) ? found : undefined;
}

/** `output` and `outputs` as the texts read them, of what was reported. */
function liveObjects({ objects }: HealthCheck, known: Known): { readonly output: unknown; readonly outputs: JsonMap } {
  const outputs: JsonMap = {};
  let output: unknown = {};
  for (const object of objects) {
    const live = objectOf(observationOf(object, known)?.values ?? {});
    if (object.name === null) output = live;
    else outputs[object.name] = live;
  }
  return { output, outputs };
}

function objectOf(values: Readonly<Record<string, unknown>>): JsonMap {
  const made: JsonMap = {};
  for (const [pointer, value] of Object.entries(values)) {
    const path = pointerParts(pointer);
    const last = path.pop() ?? '';
    let at = made;
    for (const part of path) {
      const next: JsonMap = isMap(at[part]) ? at[part] : {};
      at[part] = next;
      at = next;
    }
    at[last] = value;
  }
  return made;
}

// What begins with a dollar is for the text alone, as in KubeVela.
function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isMap(value)) return {};
  const shown = Object.entries(value).filter(([name]) => !name.startsWith('$'));
  return Object.fromEntries(shown.map(([name, one]) => [name, textOf(one)]));
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function missingWords(id: ObjectId): string {
  const { group, kind, name } = parseObjectId(id);
  const isSecret = group === '' && kind === 'Secret';
  return isSecret ? `it reads Secret ${name}, which agents never tell` : `${kind} ${name} is not reported yet`;
}
