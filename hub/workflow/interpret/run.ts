import { z } from 'zod';
import { effectMethods, type Effect } from '../../model/effect.ts';
import { durationSeconds } from '../../model/duration.ts';
import { isMap, valueAt, type JsonMap } from '../../model/json-map.ts';
import { isEqual } from '../../../shared/lib/equal.ts';
import { idOf } from '../../../shared/model/object.ts';
import { wholeObject } from '../../model/cue-fields.ts';
import { namespaceOf } from '../../model/documents.ts';
import { nameOfBrought, readingOf } from '../../model/reading.ts';
import { objectsWant } from '../object-steps.ts';
import { unreadable, withValues } from '../readable.ts';
import { moment, verdictOf } from '../outcome.ts';
import { defineStep, type StepInput, type StepOutcome, type StepType } from '../step.ts';
import { actionNames, actionsOf, type Action, type ActionName } from './actions.ts';
import { actionExpression, programText, type Results } from './program.ts';

/** A type of step that a `WorkflowStepDefinition` makes. */
export interface StepDefinition {
  readonly type: string;
  readonly template: string;
}

/** What is known of the run of a template so far, in this pass. */
interface Flow {
  readonly results: Map<Action, Readonly<Record<string, unknown>>>;
  readonly objects: JsonMap[];
  readonly effects: Effect[];
  message: string;
}

/** What one action comes to: its result and the next one, or the end of the pass. */
type Done = { readonly result: Readonly<Record<string, unknown>> } | StepOutcome;

/** The type of step that a template makes: its actions, one after the other. */
export function interpretedStep({ type, template }: StepDefinition): StepType {
  const read = actionsOf(template);
  const isPlaced = 'actions' in read && read.actions.some(({ name }) => name === 'Apply' || name === 'Read');
  return defineStep({
    type,
    schema: z.record(z.string(), z.unknown()),
    check: (_, { path, reporter }) => {
      if ('fault' in read)
        reporter.error('UNSUPPORTED', path.slice(0, -1), `step type ${type}: ${read.fault}`, actionsHint);
    },
    asks: () => 'actions' in read && read.actions.some(({ name }) => name === 'Suspend'),
    ...(isPlaced && { wants: () => objectsWant(), takes: 'all' as const, decides: true }),
    run: ({ properties }, input) =>
      'fault' in read ? moment('failed', read.fault) : runActions(read.actions, { type, template, properties, input }),
  });
}

/** What to do about an action that is not supported. */
export const actionsHint = `actions: ${actionNames.join(', ')}, in op, kube, http, util or builtin, each in a field of its own`;

interface Run extends StepDefinition {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly input: StepInput;
}

function runActions(actions: readonly Action[], run: Run): StepOutcome {
  const flow: Flow = { results: new Map(), objects: [], effects: [], message: '' };
  for (const action of actions) {
    const asked = valueOf(action, run, flow.results);
    if (asked === null) return pending(flow, '');
    if ('fault' in asked) {
      // What is waited for may not be there yet.
      if (action.name === 'ConditionalWait') return pending(flow, flow.message);
      return { ...moment('failed', `${action.path.join('.')}: ${asked.fault}`), objects: flow.objects };
    }
    if (asked.value === undefined) continue;
    const done = doing[action.name](asked.value, { action, run, flow });
    if (!('result' in done)) return withFlow(done, flow);
    flow.results.set(action, done.result);
  }
  const outputs = Object.fromEntries(
    [...flow.results].map(([{ path, isNew }, result]) => [
      path[0] ?? '',
      nested(path.slice(1), isNew ? { $returns: result } : result),
    ]),
  );
  return withFlow(moment('succeeded', flow.message, { outputs }), flow);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inside, name) => ({ [name]: inside }), value);
}

/** What has been brought stays brought, and what was asked is known for as long as the step wants it. */
function withFlow(outcome: StepOutcome, { objects, effects }: Flow): StepOutcome {
  return { ...outcome, objects, effects };
}

function pending(flow: Flow, message: string): StepOutcome {
  return withFlow(moment('running', message), flow);
}

function valueOf(
  action: Action,
  { type, template, properties, input }: Run,
  results: Results,
): { readonly value: JsonMap | undefined } | { readonly fault: string } | null {
  const answer = input.ask({
    subject: `WorkflowStepDefinition/${type}`,
    template: programText(template, results),
    expression: actionExpression(action),
    values: {},
    parameter: properties,
    context: input.context,
  });
  if (answer === null || 'fault' in answer) return answer;
  const [value] = Array.isArray(answer.value) ? (answer.value as readonly unknown[]) : [];
  if (!isMap(value)) return { value: undefined };
  const inside = action.isNew ? value['$params'] : value;
  return { value: isMap(inside) ? inside : {} };
}

interface Doing {
  readonly action: Action;
  readonly run: Run;
  readonly flow: Flow;
}

type Does = (value: JsonMap, doing: Doing) => Done;

const says = (value: JsonMap, otherwise: string): string => {
  const { message } = value;
  return typeof message === 'string' && message !== '' ? message : otherwise;
};

const http: Does = (value, { action, run: { input }, flow }) => {
  const { url, request } = value;
  const wanted = textOf(value['method'] ?? 'GET');
  const method = effectMethods.find((one) => one === wanted.toUpperCase());
  if (method === undefined) return moment('failed', `${wanted} is not a method of a request`);
  const headers = Object.entries(isMap(valueAt(request, 'header')) ? (valueAt(request, 'header') as JsonMap) : {});
  const body = valueAt(request, 'body');
  const effect: Effect = {
    id: `${input.effectId}/${action.path.join('.')}`,
    kind: 'request',
    method,
    url: { value: String(url) },
    headers: Object.fromEntries(headers.map(([name, one]) => [name, String(one)])),
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    wantsAnswer: true,
  };
  flow.effects.push(effect);
  const verdict = input.effects.verdict(effect);
  if (verdict === undefined) return moment('running', input.effects.waits(effect));
  if (!verdict.ok) return moment('failed', verdict.reason);
  const answered = isMap(verdict.value) ? verdict.value : {};
  return { result: action.isNew ? answered : { response: answered } };
};

/** What is read is followed by its agent from then on, and each pass knows it as it is now. */
const reads: Does = (value, { run: { input }, flow }) => {
  if (isElsewhere(value)) return moment('failed', `it reads in ${textOf(value['cluster'])}: ${reachesLocal}`);
  const own = namespaceOf(input.application);
  const object = value['value'];
  const [apiVersion, kind, name] = [['apiVersion'], ['kind'], ['metadata', 'name']].map((path) =>
    textOf(valueAt(object, ...path) ?? ''),
  ) as [string, string, string];
  if (apiVersion === '' || kind === '' || name === '') return moment('failed', 'it reads no object by its name');
  const namespace = textOf(valueAt(object, 'metadata', 'namespace') ?? own);
  const fault = unreadable({ apiVersion, kind, name, namespace }, own);
  if (fault !== null) return moment('failed', fault.message);
  const reading = readingOf({ apiVersion, kind, name }, wholeObject);
  flow.objects.push(reading);
  const named = { apiVersion, kind, metadata: { name, namespace } };
  const values = (isThere(reading, input) ? input.told?.(idOf(named)) : undefined) ?? {};
  if (Object.keys(values).length === 0) return moment('running', `it waits for ${kind} ${name} to be reported`);
  return { result: { value: withValues(named, values) } };
};

const doing: Readonly<Record<ActionName, Does>> = {
  Apply: (value, { run: { input }, flow }) => {
    const object = value['value'];
    if (!isMap(object)) return moment('failed', 'it applies no object');
    if (isElsewhere(value)) return moment('failed', `it applies to ${textOf(value['cluster'])}: ${reachesLocal}`);
    // What is written twice in one run would be written anew with each pass.
    if (flow.objects.some((one) => nameOfBrought(one) === nameOfBrought(object)))
      return moment('failed', twice(object));
    flow.objects.push(object);
    return isThere(object, input) ? { result: { value: object } } : moment('running', '');
  },
  Read: reads,
  ConditionalWait: (value) => (value['continue'] === true ? { result: {} } : moment('running', says(value, ''))),
  Suspend: (value, { run: { input } }) => {
    const verdict = verdictOf(input);
    if (verdict === 'refuse') return moment('failed', 'it was refused');
    if (verdict === 'approve') return { result: {} };
    const seconds = typeof value['duration'] === 'string' ? durationSeconds(value['duration']) : null;
    const end = seconds === null ? null : Date.parse(input.startedAt) + seconds * 1000;
    if (end !== null && Date.parse(input.now) >= end) return { result: {} };
    const words = says(value, 'it waits for an approval');
    return moment('suspending', words, { askAt: end === null ? null : new Date(end).toISOString() });
  },
  Message: (value, { flow }) => {
    flow.message = says(value, '');
    return { result: {} };
  },
  Fail: (value) => moment('failed', says(value, 'it says so')),
  HTTPDo: http,
  HTTPGet: http,
  HTTPPost: http,
  HTTPPut: http,
  HTTPDelete: http,
  Steps: () => ({ result: {} }),
  ConvertString: (value) => ({ result: { str: textOf(value['bt']) } }),
  Log: () => ({ result: {} }),
};

function twice(object: JsonMap): string {
  const [kind, name] = [textOf(object['kind']), textOf(valueAt(object, 'metadata', 'name'))];
  return `it applies ${kind} ${name} twice: write all of it at once`;
}

/** True for an object that was brought and is applied and healthy: the newest once the cluster says so, those before it since it came. */
function isThere(object: JsonMap, { brought = [], isDelivered }: StepInput): boolean {
  const last = brought.length - 1;
  return brought.some((one, at) => (at < last || isDelivered === true) && isEqual(one, object));
}

const reachesLocal = "a step of one's own reaches the local cluster alone";

function isElsewhere({ cluster }: JsonMap): boolean {
  return typeof cluster === 'string' && cluster !== '' && cluster !== 'local';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
