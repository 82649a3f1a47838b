import { canonicalJson } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { pointerParts } from '../../shared/model/ignored.ts';
import { observationLimits } from '../../shared/model/limits.ts';
import { idOf, isSecret, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import type { CueEvaluator } from '../cue/engine.ts';
import { expressionTemplate } from '../cue/expression.ts';
import { allOutputs, fieldsNamed } from '../model/cue-fields.ts';
import type { Component } from '../model/documents.ts';
import { hasFailed, type Attempt, type RenderFault } from '../model/fault.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import type { CheckedObject } from '../model/health.ts';
import { valueAt } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';
import { refersTo } from '../sources/referred.ts';
import { withValueAt } from '../workflow/parameter-key.ts';
import { missingField, missingWords } from './missing-fields.ts';
import type { MadeObject } from './made.ts';

/** The objects of a component by which others take something of it, as they are delivered. */
export interface Given {
  readonly output: KubeObject | undefined;
  readonly outputs: Readonly<Record<string, KubeObject>>;
}

/** Why a component is not rendered yet: what it takes, and which objects are to be reported for that. */
export interface Withheld {
  readonly message: string;
  readonly ids: readonly ObjectId[];
}

/** Fields of live objects, by id and JSON pointer. */
export type LiveValues = ReadonlyMap<ObjectId, Readonly<Record<string, unknown>>>;

/** What a cluster told of the objects of a unit. */
export type LiveOf = (unit: string, cluster: string) => LiveValues | undefined;

/** True where a cluster has objects of a component of a unit. */
export type HasComponent = (unit: string, cluster: string, component: string) => boolean;

/** A value, why it cannot be had, or what is waited for. */
export type Taken<T> = Attempt<T> | { readonly withheld: Withheld };

/** True where there is a value. */
export function isThere<T>(taken: Taken<T>): taken is { readonly value: T } {
  return 'value' in taken;
}

/** A component that gives something, and how its expressions are evaluated. */
export interface Giving {
  readonly cue: CueEvaluator;
  readonly context: Readonly<Record<string, unknown>>;
  readonly live: LiveValues;
  readonly signal: AbortSignal;
  /** Where it stands in the document. */
  readonly path: Steps;
  readonly given: Given | undefined;
  /** What takes it. */
  readonly taker: string;
}

const gaveNothing: Given = { output: undefined, outputs: {} };

/** An output of a component, and where its expression stands. */
interface Output {
  /** What it is called in faults. */
  readonly called: string;
  readonly valueFrom: string;
  readonly path: Steps;
}

/** The value of an output of a component, by its objects as they are rendered and, where that does not say it, as they are. */
export async function outputOf(component: Component, name: string, giving: Giving): Promise<Taken<unknown>> {
  const { outputs = [] } = component;
  const at = outputs.findIndex((one) => one.name === name);
  const { valueFrom } = outputs[at] ?? { valueFrom: '' };
  const path = [...giving.path, 'outputs', at, 'valueFrom'];
  const output: Output = { called: `output ${name} of ${component.name}`, valueFrom, path };
  const { given = gaveNothing, live, taker } = giving;
  const wrong =
    wrongIn(valueFrom, given) ?? farIn(valueFrom, { component, given, namespace: giving.context['namespace'] });
  if (wrong !== null) return fault({ ...wrong, message: `${output.called} ${wrong.message}`, path });
  const reads = liveReads(valueFrom, given);
  const missing = reads.find(({ id, fields }) => missingField(fields, live.get(id)) !== undefined);
  const waiting = (why: string) => ({
    withheld: { message: `${taker} waits for ${why}`, ids: reads.map(({ id }) => id) },
  });
  if (missing !== undefined) return waiting(`${output.called}: ${missingWords(missing, live.get(missing.id))}`);
  const attempt = await evaluated(output, withLive(given, live, reads), giving);
  if (!hasFailed(attempt)) return bounded(attempt.value, output);
  // What is there may not be all that is meant yet: a list without its first item.
  return reads.length === 0 ? attempt : waiting(attempt.faults[0]?.message ?? output.called);
}

async function evaluated(
  { called, valueFrom, path }: Output,
  { output, outputs }: Given,
  { cue, context: own, signal }: Giving,
): Promise<Attempt<unknown>> {
  const template = expressionTemplate(valueFrom, ['output: context.output', 'outputs: context.outputs']);
  const context = { ...own, output: output ?? {}, outputs };
  const [outcome] = await cue.evaluate([{ subject: called, template, parameter: {}, context }], signal);
  if (outcome?.ok === true) return { value: outcome.value.errs };
  const why = outcome?.faults[0]?.message ?? 'the evaluation gave no answer';
  return fault({ code: 'RENDER_FAILED', message: `${called}: ${why}`, path });
}

function bounded(value: unknown, { called, path }: Output): Attempt<unknown> {
  const bytes = Buffer.byteLength(JSON.stringify(value ?? null));
  if (bytes <= observationLimits.objectBytes) return { value };
  const message = `${called} has ${bytes} bytes, more than 16 KiB`;
  return fault({ code: 'LIMIT_EXCEEDED', message, path, hint: 'give a part of it, or a file of the repository' });
}

/** The names of outputs that components of a revision take. */
export const takenIn = oncePerValue(({ application }: Pick<RevisionRecord, 'application'>): ReadonlySet<string> => {
  return new Set(application.spec.components.flatMap(({ inputs = [] }) => inputs.map(({ from }) => from)));
});

/** True where what a component takes may be what the cluster alone knows: its revision is rendered with what that told. */
export const takesLive = oncePerValue((record: Pick<RevisionRecord, 'application'>): boolean => {
  const taken = takenIn(record);
  const given = record.application.spec.components.flatMap(({ outputs = [] }) =>
    outputs.filter(({ name }) => taken.has(name)),
  );
  return given.some(({ valueFrom }) => fieldsNamed(valueFrom).length > 0);
});

/** Names what a cluster told: where it is the same, a revision is rendered once. */
export function liveKey(live: LiveValues | undefined): string {
  return live === undefined || live.size === 0 ? '' : canonicalJson(Object.fromEntries(live));
}

type Wrong = Pick<RenderFault, 'code' | 'message' | 'hint'>;

/** Why an expression can never be told; null where it can. */
function wrongIn(valueFrom: string, given: Given): Wrong | null {
  for (const { name, objects, fields } of objectsRead(valueFrom, given)) {
    for (const object of objects) {
      if (object === undefined) return notThere(name, Object.keys(given.outputs));
      if (isSecret(object) && fields.some((field) => isLive(object, field) || inSecret.test(field))) return ofSecret;
    }
  }
  return null;
}

/** An agent tells of what others make in the namespace of the application alone: further its author may have no rights. */
function farIn(
  valueFrom: string,
  {
    component,
    given,
    namespace,
  }: { readonly component: Component; readonly given: Given; readonly namespace: unknown },
): Wrong | null {
  const read = objectsRead(valueFrom, given).flatMap(({ objects }) => objects);
  const far = read.find((one) => one !== undefined && refersTo(component, one) && one.metadata.namespace !== namespace);
  if (far === undefined) return null;
  const { kind, metadata } = far;
  const where = metadata.namespace === undefined ? 'no namespace' : `namespace ${metadata.namespace}`;
  const hint = `what is passed on of objects that others make is in the namespace of the application, ${String(namespace)}`;
  return { code: 'UNSUPPORTED', message: `reads ${kind} ${metadata.name}, which is in ${where}`, hint };
}

function objectsRead(valueFrom: string, { output, outputs }: Given) {
  return fieldsNamed(valueFrom).map(({ of: name, fields }) => ({
    name: name ?? 'output',
    objects: name === null ? [output] : name === allOutputs ? Object.values(outputs) : [outputs[name]],
    fields,
  }));
}

/** The fields that outputs read and that the cluster alone knows, which is asked for them. */
function liveReads(valueFrom: string, given: Given): readonly CheckedFields[] {
  return objectsRead(valueFrom, given).flatMap(({ objects, fields }) =>
    objects.flatMap((object) => {
      const read = object === undefined ? [] : fields.filter((field) => isLive(object, field));
      return object === undefined || read.length === 0 ? [] : [{ id: idOf(object), fields: read }];
    }),
  );
}

type CheckedFields = Pick<CheckedObject, 'id' | 'fields'>;

const inSecret = /^\/(?:data|stringData)(?:\/|$)/;

function notThere(name: string, names: readonly string[]): Wrong {
  const hint = `its objects: output${names.map((one) => `, outputs.${one}`).join('')}`;
  return { code: 'REFERENCE_NOT_FOUND', message: `reads ${name}, which it does not have`, hint };
}

const ofSecret: Wrong = {
  code: 'UNSUPPORTED',
  message: 'reads what is in a Secret, which is not passed on',
  hint: 'give the name of the Secret, which the other component reads in the cluster',
};

/** True for what the cluster alone knows: the state of an object, and what its server fills in. */
function isLive(object: KubeObject, field: string): boolean {
  return /^\/status(?:\/|$)/.test(field) || valueAt(object, ...pointerParts(field)) === undefined;
}

/** The objects with what was reported of them. */
function withLive(given: Given, live: LiveValues, reads: readonly CheckedFields[]): Given {
  if (reads.length === 0) return given;
  const known = (object: KubeObject): KubeObject =>
    reads
      .filter(({ id }) => id === idOf(object))
      .flatMap(({ id, fields }) => fields.map((field) => [pointerParts(field), live.get(id)?.[field]] as const))
      .filter(([, value]) => value !== undefined)
      .reduce((filled, [path, value]) => withValueAt(filled, path, value) as KubeObject, object);
  return {
    output: given.output === undefined ? undefined : known(given.output),
    outputs: Object.fromEntries(Object.entries(given.outputs).map(([name, object]) => [name, known(object)])),
  };
}

function fault(one: RenderFault): { readonly faults: readonly RenderFault[] } {
  return { faults: [one] };
}

/** The objects of a component: which template made them, as they were made and are delivered, and the first that is written. */
interface MadeObjects {
  readonly made: readonly MadeObject[];
  readonly pieces: readonly { readonly from: KubeObject; readonly object: KubeObject }[];
  readonly first: KubeObject | undefined;
}

/** What others take of a component, and which fields of it its cluster is asked for; empty where they take nothing. */
export function givenIn(
  { outputs = [] }: Component,
  taken: ReadonlySet<string>,
  objects: MadeObjects,
): { readonly given?: Given; readonly reads?: readonly CheckedFields[] } {
  const wanted = outputs.filter(({ name }) => taken.has(name));
  if (wanted.length === 0) return {};
  const given = givenOf(objects);
  const reads = wanted.flatMap(({ valueFrom }) => liveReads(valueFrom, given));
  return { given, ...(reads.length > 0 && { reads }) };
}

/** Its objects by the names that its templates gave; of written objects the first is its `output`. */
function givenOf({ made, pieces, first }: MadeObjects): Given {
  const objectOf = (id: ObjectId): KubeObject | undefined => pieces.find(({ from }) => idOf(from) === id)?.object;
  const workload = made.find(({ name }) => name === null);
  const written = workload?.id ?? (first === undefined ? undefined : idOf(first));
  const outputs = made.flatMap(({ name, id }) => {
    const object = objectOf(id);
    return name === null || object === undefined ? [] : [[name, object] as const];
  });
  return { output: written === undefined ? undefined : objectOf(written), outputs: Object.fromEntries(outputs) };
}
