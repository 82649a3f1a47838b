import type { z } from 'zod';
import type { Application } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { policyName, stepName, type PolicyEntry, type WorkflowStep } from '../model/workflow.ts';
import type { Policy, PolicyCheck } from '../policies/policy.ts';
import { isOnTheWay, keySteps } from '../workflow/parameter-key.ts';
import { definedStep } from '../workflow/interpret/defined.ts';
import type { StepCheck, StepType } from '../workflow/step.ts';
import { insteadOfType } from './instead.ts';
import { reporterWithin, suggestion } from './problems.ts';
import { readShape } from './shape.ts';

/** Checks the policies of an Application, each with its own schema and rules. */
export function checkPolicies(
  doc: Application,
  policies: readonly Policy[],
  where: Pick<PolicyCheck, 'reporter' | 'checkType' | 'selectable'>,
): void {
  const { reporter } = where;
  const names = new Set<string>();
  for (const [index, entry] of (doc.spec.policies ?? []).entries()) {
    const path = ['spec', 'policies', index];
    const name = policyName(entry, index);
    if (names.has(name)) {
      reporter.error('DOCUMENT_INVALID', [...path, 'name'], `a second policy named ${name}`, 'rename one');
    }
    names.add(name);
    const read = readPolicy(entry, policies, { path, reporter });
    if (read === null) continue;
    const { policy, value, path: inside } = read;
    policy.check({ name, properties: value }, { application: doc, path: inside, ...where });
  }
}

/** Reads a policy by its type's schema; null where that cannot be, which is reported. */
export function readPolicy(
  { type, properties }: PolicyEntry,
  policies: readonly Policy[],
  place: Place,
): { readonly policy: Policy; readonly value: unknown; readonly path: Steps } | null {
  const policy = findType(policies, type, { ...place, what: 'policy', all: 'policies' });
  const read = policy === null ? null : readProperties(policy.schema, properties, place);
  return policy === null || read === null ? null : { policy, ...read };
}

/**
 * Checks workflow steps, each with its own schema and rules; those of a group, too. Without an application (in a Workflow document)
 * only what can be told without one.
 */
export function checkSteps(
  written: readonly WorkflowStep[],
  types: readonly StepType[],
  { application, delivered, group, ...base }: StepsPlace,
): void {
  for (const [index, step] of written.entries()) {
    const place = { path: [...base.path, index], reporter: base.reporter };
    const name = stepName(step, index, group);
    const type = definedStep(step) ?? findType(types, step.type, { ...place, what: 'workflow step', all: 'steps' });
    const told = { ...place, reporter: withoutGiven(place.reporter, [...place.path, 'properties'], step.inputs ?? []) };
    const read = type === null ? null : readProperties(type.schema, step.properties, told);
    if (read !== null && application !== null) {
      const { value: properties, path } = read;
      type?.check({ name, properties }, { application, delivered, path, reporter: told.reporter });
    }
    if (step.stage !== undefined) {
      base.reporter.warn('UNSUPPORTED', [...place.path, 'stage'], 'the stage of a step has no effect', 'remove it');
    }
    if (type !== null) checkGroup({ step, type, name }, types, { application, delivered, ...place });
  }
}

interface NamedStep {
  readonly step: WorkflowStep;
  readonly type: StepType;
  readonly name: string;
}

function checkGroup({ step, type, name }: NamedStep, types: readonly StepType[], place: StepsPlace): void {
  const { application, delivered, path, reporter } = place;
  const inside = [...path, 'subSteps'];
  if (type.isGroup !== true) {
    if (step.subSteps === undefined) return;
    const message = `a step of type ${step.type} has no steps of its own`;
    reporter.error('DOCUMENT_INVALID', inside, message, 'give the type step-group');
  } else if (step.subSteps === undefined || step.subSteps.length === 0) {
    reporter.error('DOCUMENT_INVALID', path, `the group ${name} has no steps`, 'write them as subSteps, or remove it');
  } else checkSteps(step.subSteps, types, { application, delivered, group: name, path: inside, reporter });
}

/** A reporter that leaves out what is said of members that inputs are to give. */
function withoutGiven(reporter: Reporter, base: Steps, inputs: NonNullable<WorkflowStep['inputs']>): Reporter {
  const keys = inputs.flatMap(({ parameterKey = '' }) => {
    const key = keySteps(parameterKey);
    return key === null ? [] : [[...base, ...key]];
  });
  if (keys.length === 0) return reporter;
  const isGiven = (path: Steps) => keys.some((key) => isOnTheWay(path, key) && path.length > base.length);
  const unless = (say: Reporter['error']): Reporter['error'] => {
    return (code, path, message, hint) => (isGiven(path) ? undefined : say(code, path, message, hint));
  };
  return { ...reporter, error: unless(reporter.error), warn: unless(reporter.warn) };
}

interface StepsPlace extends Place {
  readonly application: Application | null;
  readonly delivered: StepCheck['delivered'];
  /** The name of the group that they are in. */
  readonly group?: string;
}

interface Place {
  readonly path: Steps;
  readonly reporter: Reporter;
}

function findType<T extends { readonly type: string }>(
  list: readonly T[],
  type: string,
  { path, reporter, what, all }: Place & { readonly what: string; readonly all: string },
): T | null {
  const found = list.find((one) => one.type === type);
  if (found !== undefined) return found;
  const types = list.map((one) => one.type);
  const instead = insteadOfType(what === 'policy' ? 'policy' : 'step', type);
  const listed = types.length === 0 ? `supported ${all}: none yet` : suggestion(type, types, `supported ${all}`);
  reporter.error('UNSUPPORTED', [...path, 'type'], `the ${what} ${type} is not supported`, instead ?? listed);
  return null;
}

function readProperties(
  schema: z.ZodType,
  properties: unknown,
  { path, reporter }: Place,
): { readonly value: unknown; readonly path: Steps } | null {
  const inside = [...path, 'properties'];
  const { doc } = readShape(schema, properties ?? {}, reporterWithin(reporter, inside));
  return doc === null ? null : { value: doc, path: inside };
}
