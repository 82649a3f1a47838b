import { idOf, type ObjectId } from '../../shared/model/object.ts';
import { contextAnnotations } from '../model/annotations.ts';
import { docKey, namespaceOf, type Application } from '../model/documents.ts';
import type { EffectsKnown } from '../model/effect.ts';
import type { JsonMap } from '../model/json-map.ts';
import { deliveryName, type AppDelivery, type StepRecord } from '../model/delivery.ts';
import { readIn } from '../model/reading.ts';
import { inputsOf, usedWith, type contextMembers } from '../workflow/inputs.ts';
import type { ProgramStep } from '../workflow/program.ts';
import type { Ask } from '../workflow/question.ts';
import type { AppStates, StepDecision, StepInput, StepOutcome } from '../workflow/step.ts';
import type { Observed, Untold } from './observed.ts';
import type { ConditionAnswer, StepsKnown } from './step-status.ts';
import type { StepResult } from './steps.ts';

/** What steps know of the world beside their delivery. */
export interface StepWorld {
  readonly ask: Ask;
  readonly effects: EffectsKnown;
  readonly apps: AppStates;
  readonly observed: Observed;
  readonly untold: Untold;
}

/** What running one step reads. */
export interface StepFacts extends StepWorld {
  readonly application: Application;
  readonly record: AppDelivery;
  readonly step: ProgramStep;
  readonly at: StepRecord;
  readonly known: StepsKnown;
  /** ISO time. */
  readonly now: string;
  /** True where the documents approve it. */
  readonly isApprovedInGit: boolean;
  /** What it brought to clusters in this delivery so far, the newest last. */
  readonly brought: readonly JsonMap[];
  /** Where it brings it; absent = it is not known yet. */
  readonly cluster?: string;
  /** True where all of it is applied and healthy there. */
  readonly isDelivered?: boolean;
}

/** A step that was asked: as its type has it, and what becomes of it where it delivers nothing. */
export interface AskedStep {
  readonly outcome: StepOutcome | null;
  readonly result: StepResult;
  /** Adds what others take of it to a result that ends it well. */
  readonly ending: (result: StepResult) => StepResult;
}

/** Most bytes of what other steps take of one step. */
const mostOutputBytes = 16_384;

/** Asks the type of a step for its next moment, with its inputs in its properties. Pure. */
export function askStep(facts: StepFacts): AskedStep {
  const { step, known } = facts;
  const taken = inputsOf(step, { outputs: known.outputs, context: contextOf(facts) });
  if ('fault' in taken) return notAsked(taken.fault);
  const used = usedWith(step, taken.inputs);
  if ('fault' in used) return notAsked(used.fault);
  const outcome = step.type.run(used.use, stepInput(facts, taken.inputs));
  const ending = (result: StepResult) =>
    withOutputs(facts, result, { values: outcome.outputs, parameter: used.use.properties });
  const untold = outcome.phase === 'running' ? untoldTo(facts, outcome) : undefined;
  if (untold !== undefined) return { outcome, result: failed(untold), ending };
  return { outcome, result: ending(resultOf(outcome)), ending };
}

/** What a step reads and will never be told, and why: it would wait without an end. */
function untoldTo(
  { cluster, isDelivered, application, record, untold }: StepFacts,
  { objects = [] }: StepOutcome,
): string | undefined {
  if (cluster === undefined || isDelivered !== true) return undefined;
  for (const { apiVersion, kind, name } of objects.flatMap((one) => readIn(one) ?? [])) {
    const metadata = { name, namespace: namespaceOf(application) };
    const why = untold(record.app, cluster, idOf({ apiVersion, kind, metadata }));
    if (why !== undefined) return `${kind} ${name}: ${why}`;
  }
  return undefined;
}

/** The outcome of a step type as the result of a step that delivers nothing. */
function resultOf({ phase, message, askAt, effects, back }: Omit<StepOutcome, 'outputs'>): StepResult {
  const due = askAt === null ? [] : [Date.parse(askAt)];
  return { phase, message, waves: [], due, effects, ...(back !== undefined && { back }) };
}

function notAsked(fault: string): AskedStep {
  return { outcome: null, result: failed(fault), ending: (result) => result };
}

function failed(message: string): StepResult {
  return { phase: 'failed', message, waves: [], due: [] };
}

function stepInput(facts: StepFacts, inputs: Readonly<Record<string, unknown>>): StepInput {
  const { application, record, step, at, now, effects, apps, ask, isApprovedInGit } = facts;
  const decisions = decisionsOn((on) => on === step.name, record.last);
  const own = decisions.map(({ verdict, by, at: when, reason }): StepDecision => ({
    verdict,
    by,
    at: when,
    reason,
  }));
  const inGit: readonly StepDecision[] = isApprovedInGit
    ? [{ verdict: 'approve', by: 'the documents', at: now, reason: '' }]
    : [];
  return {
    application,
    phase: at.phase,
    startedAt: at.startedAt,
    now,
    inputs,
    wants: step.wants,
    decisions: [...own, ...inGit],
    effectId: `${deliveryName(record)}/${step.name}/${record.last.attempt}${at.run === undefined ? '' : `.${at.run}`}`,
    effects,
    apps,
    ask,
    context: contextOf(facts),
    outputs: step.outputs,
    ...broughtBy(facts),
  };
}

/** What a step knows of what it brought. */
function broughtBy({
  cluster,
  record,
  observed,
  brought,
  isDelivered = false,
}: StepFacts): Pick<StepInput, 'brought' | 'isDelivered' | 'told'> {
  const told = cluster === undefined ? {} : { told: (id: ObjectId) => observed(record.app, cluster, id) };
  return { brought, isDelivered, ...told };
}

/** What persons decided of some steps and waves. What they refused is asked again once the delivery is retried. */
export function decisionsOn(
  isMeant: (on: string) => boolean,
  { decisions }: Pick<AppDelivery['last'], 'decisions'>,
): AppDelivery['last']['decisions'] {
  const retried = decisions.findLastIndex(({ verdict, cluster }) => verdict === 'retry' && cluster === undefined);
  return decisions.filter(
    ({ on, verdict }, index) => on !== undefined && isMeant(on) && (verdict !== 'refuse' || index > retried),
  );
}

/** What expressions read as `context`. */
function contextOf({ application, record, step }: Pick<StepFacts, 'application' | 'record' | 'step'>) {
  const { metadata } = application;
  return {
    name: metadata.name,
    appName: metadata.name,
    namespace: namespaceOf(application),
    appRevision: record.last.content,
    appLabels: metadata.labels ?? {},
    appAnnotations: contextAnnotations(metadata),
    workflowName: `workflow-${metadata.name}`,
    stepName: step.name,
    stepSessionID: `${docKey(application)}#${record.last.number}`,
  } satisfies Record<(typeof contextMembers)[number], unknown>;
}

/** The result of a step, with what others take of it: it ends well only with that. */
function withOutputs(
  facts: StepFacts,
  result: StepResult,
  given: { readonly values: StepOutcome['outputs']; readonly parameter: unknown },
): StepResult {
  const { step, ask } = facts;
  if (result.phase !== 'succeeded' || step.outputs.length === 0) return result;
  const outputs: Record<string, unknown> = {};
  for (const { name, valueFrom } of step.outputs) {
    const context = contextOf(facts);
    const answer = ask({ subject: `step ${step.name}`, expression: valueFrom, ...given, context });
    if (answer === null) return { ...result, phase: 'running', message: `its output ${name} is read` };
    if ('fault' in answer) return failed(`its output ${name} cannot be read: ${answer.fault}`);
    outputs[name] = answer.value;
  }
  const bytes = Buffer.byteLength(JSON.stringify(outputs));
  if (bytes > mostOutputBytes) return failed(`its outputs have ${bytes} bytes, more than ${mostOutputBytes}`);
  return { ...result, outputs };
}

/** Whether a step runs, by its condition. */
export function conditionOf(
  facts: Pick<StepFacts, 'application' | 'record' | 'step' | 'known' | 'ask'>,
): ConditionAnswer {
  const { step, known, ask } = facts;
  const context = contextOf(facts);
  const taken = inputsOf(step, { outputs: known.outputs, context });
  const inputs = 'inputs' in taken ? taken.inputs : {};
  const values = { status: known.status, inputs };
  const answer = ask({ subject: `step ${step.name}`, expression: step.condition ?? 'true', values, context });
  if (answer === null || 'fault' in answer) return answer;
  if (typeof answer.value === 'boolean') return answer.value;
  return { fault: `it is ${JSON.stringify(answer.value ?? null)}, and neither true nor false` };
}
