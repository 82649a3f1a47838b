import { digestOfValue, type Digest } from '../../shared/lib/canonical.ts';
import type { ClusterScope } from '../model/cluster-scope.ts';
import { docKey, type Application } from '../model/documents.ts';
import { durationSeconds } from '../model/duration.ts';
import type { Steps } from '../model/reporter.ts';
import type { RolloutSettings } from '../model/rollout.ts';
import { stepName, type WorkflowStep } from '../model/workflow.ts';
import { definedStep } from './interpret/defined.ts';
import { isOnTheWay, keySteps } from './parameter-key.ts';
import { policies as builtinPolicies } from '../policies/types/list.ts';
import type { Policy } from '../policies/policy.ts';
import { policiesOf, type NamedPolicy } from '../policies/uses.ts';
import type { Program, ProgramStep } from './program.ts';
import type { StepType, StepWant } from './step.ts';
import { steps as builtinSteps } from './steps/list.ts';

/** The types that there are. */
export interface DeliveryTypes {
  readonly policies: readonly Policy[];
  readonly steps: readonly StepType[];
}

export const builtinTypes: DeliveryTypes = { policies: builtinPolicies, steps: builtinSteps };

/** True for an application whose document says how it is delivered: all others go to the local cluster, at once. */
export function saysDelivery({ spec }: Pick<Application, 'spec'>): boolean {
  return spec.workflow !== undefined || (spec.policies ?? []).length > 0 || spec.components.some(rollsOut);
}

/** True where steps lead to the content of an application: what carries traffic then comes as a copy beside the one that serves. */
export function hasCopySteps({ spec }: Pick<Application, 'spec'>, types: DeliveryTypes = builtinTypes): boolean {
  const moving = new Set(types.steps.flatMap(({ type, moves }) => (moves === undefined ? [] : [type])));
  const written = (spec.workflow?.steps ?? []).flatMap((step) => [step, ...(step.subSteps ?? [])]);
  const hasSteps = (spec.policies ?? []).some(
    ({ type, properties }) => type === 'rollout' && properties?.['steps'] !== undefined,
  );
  return hasSteps || spec.components.some(rollsOut) || written.some(({ type }) => moving.has(type));
}

/** True where a step says to go back to what served before: that it says so is content, because what is delivered follows from it. */
export function goesBack({ spec }: Pick<Application, 'spec'>, types: DeliveryTypes = builtinTypes): boolean {
  const back = new Set(types.steps.flatMap((one) => (one.goesBack === true ? [one.type] : [])));
  return (spec.workflow?.steps ?? []).some(({ type }) => back.has(type));
}

/** True for a component that says itself in which batches it is updated. */
function rollsOut({ traits = [] }: Application['spec']['components'][number]): boolean {
  return traits.some(({ type }) => type === 'rollout');
}

/** True for an application whose document says where it goes, or in which steps. */
export function placesItself(application: Application, types: Pick<DeliveryTypes, 'policies'> = builtinTypes): boolean {
  const isPlace = ({ effects }: NamedPolicy): boolean => effects.some(({ kind }) => kind === 'scope');
  return application.spec.workflow !== undefined || policiesOf(application, types.policies).some(isPlace);
}

/**
 * The program of an application: its steps, or without a workflow one `deploy` step for each topology with all overrides, and one
 * `deploy2env` step for each env. Pure; steps of unknown types and of wrong properties are left out, because validation tells them.
 */
export function compile(application: Application, types: DeliveryTypes = builtinTypes): Program {
  const policies = policiesOf(application, types.policies);
  const { workflow } = application.spec;
  const written = workflow?.steps;
  const steps = written === undefined || written.length === 0 ? impliedSteps(policies) : written;
  const isWritten = steps === written;
  const parts = { application, policies, types, counted: rolloutsOf(policies, steps), taken: takenNames(steps) };
  const { steps: mode = 'StepByStep', subSteps = 'DAG' } = workflow?.mode ?? {};
  return {
    app: docKey(application),
    mode: { steps: mode, subSteps },
    steps: steps.flatMap((step, index) =>
      compiledStep(step, parts, {
        name: stepName(step, index),
        path: isWritten ? ['spec', 'workflow', 'steps', index] : [],
      }),
    ),
  };
}

interface Parts {
  readonly application: Application;
  readonly policies: readonly NamedPolicy[];
  readonly types: DeliveryTypes;
  readonly counted: Rollouts;
  /** Names of outputs that an input takes. */
  readonly taken: ReadonlySet<string>;
}

function takenNames(steps: readonly WorkflowStep[]): ReadonlySet<string> {
  const all = steps.flatMap((step) => [step, ...(step.subSteps ?? [])]);
  return new Set(all.flatMap(({ inputs = [] }) => inputs.map(({ from }) => from)));
}

/** Properties as the schema of their type reads them; what inputs are to give may be missing in them. Null = they are wrong. */
function readWritten(
  type: StepType,
  { properties = {}, inputs = [] }: WorkflowStep,
): { readonly data: unknown } | null {
  const read = type.schema.safeParse(properties);
  if (read.success) return read;
  const keys = inputs.flatMap(({ parameterKey = '' }) => {
    const key = keySteps(parameterKey);
    return key === null ? [] : [key];
  });
  const isGiven = ({ path }: { readonly path: readonly PropertyKey[] }) =>
    keys.some((key) => isOnTheWay(path as Steps, key));
  return read.error.issues.every(isGiven) ? { data: properties } : null;
}

interface Spot {
  readonly name: string;
  readonly path: Steps;
}

function compiledStep(step: WorkflowStep, parts: Parts, { name, path }: Spot): readonly ProgramStep[] {
  const type = definedStep(step) ?? parts.types.steps.find((one) => one.type === step.type);
  const read = type === undefined ? null : readWritten(type, step);
  if (type === undefined || read === null) return [];
  const use = { name, properties: read.data };
  const wants = type.wants?.(use, parts) ?? [];
  const { application, counted, taken } = parts;
  const steps = (step.subSteps ?? []).flatMap((one, index) =>
    compiledStep(one, parts, { name: stepName(one, index, name), path: [...path, 'subSteps', index] }),
  );
  return [
    {
      ...{ name, type, use, steps, path, written: step.properties ?? {}, mode: step.mode ?? null },
      ...orderOf(step, taken),
      identity: identityOf(step, name),
      wants: wants.map((want) => located(want, [...path, 'properties'], application)),
      rollout: wants.length === 0 ? null : rolloutOf(step, counted),
    },
  ];
}

/** What makes a step another one: its name, its type with the text that defines it, and what it is given. */
function identityOf({ type, properties = {}, template }: WorkflowStep, name: string): Digest {
  return digestOfValue([name, type, properties, ...(template === undefined ? [] : [template])]);
}

/** What a step says of others, and of when it runs. */
function orderOf(
  { if: condition, timeout, dependsOn = [], inputs = [], outputs = [] }: WorkflowStep,
  taken: ReadonlySet<string>,
) {
  return {
    condition: condition ?? null,
    timeoutSeconds: timeout === undefined ? null : durationSeconds(timeout),
    dependsOn,
    inputs: inputs.map(({ from, parameterKey }) => ({ from, parameterKey: parameterKey ?? null })),
    outputs: outputs.filter(({ name }) => taken.has(name)),
  };
}

// Where a scope says no place, it is that of the step.
function located(want: StepWant, path: Steps, application: Application): StepWant {
  const { scope } = want;
  const base = scope.path ?? path;
  const { namespace } = scope;
  const own = application.metadata.namespace ?? 'default';
  const placed: ClusterScope = {
    ...scope,
    path: base,
    namespace: namespace === own ? null : namespace,
    ...(scope.names !== undefined && {
      names: scope.names.map((one) => ({ name: one.name, path: [...base, ...one.path] })),
    }),
  };
  return { ...want, scope: placed };
}

/** Without a workflow: what the policies ask for. */
function impliedSteps(policies: readonly NamedPolicy[]): readonly WorkflowStep[] {
  const envs = policies.flatMap(({ name, effects }) =>
    effects.flatMap((effect) =>
      effect.kind === 'scope' && effect.env !== undefined ? [{ policy: name, env: effect.env }] : [],
    ),
  );
  if (envs.length > 0) {
    return envs.map(({ policy, env }) => ({
      name: `deploy2env-${env}`,
      type: 'deploy2env',
      properties: { policy, env },
    }));
  }
  const of = (kind: 'scope' | 'components'): string[] =>
    policies.filter(({ effects }) => effects.some((effect) => effect.kind === kind)).map(({ name }) => name);
  const [topologies, overrides] = [of('scope'), of('components')];
  if (topologies.length === 0) return [{ name: 'deploy', type: 'deploy', properties: { policies: overrides } }];
  return topologies.map((topology) => ({
    name: `deploy-${topology}`,
    type: 'deploy',
    properties: { policies: [topology, ...overrides] },
  }));
}

/** The rollout policies by name, and the one that counts where a step names none. */
interface Rollouts {
  readonly named: ReadonlyMap<string, RolloutSettings>;
  readonly rest: RolloutSettings | null;
}

function rolloutsOf(policies: readonly NamedPolicy[], steps: readonly WorkflowStep[]): Rollouts {
  const found = policies.flatMap(({ name, effects }) =>
    effects.flatMap((effect) => (effect.kind === 'rollout' ? [[name, effect.rollout] as const] : [])),
  );
  const named = new Set(steps.flatMap((step) => [step, ...(step.subSteps ?? [])]).flatMap(policyNamesIn));
  return { named: new Map(found), rest: found.find(([name]) => !named.has(name))?.[1] ?? null };
}

function rolloutOf(step: Pick<WorkflowStep, 'properties'>, { named, rest }: Rollouts): RolloutSettings | null {
  const own = policyNamesIn(step).flatMap((name) => named.get(name) ?? []);
  return own[0] ?? rest;
}

/** The policies that a step names. */
export function policyNamesIn({ properties }: Pick<WorkflowStep, 'properties'>): readonly string[] {
  const names = properties?.['policies'];
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}
