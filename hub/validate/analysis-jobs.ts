import type { BuiltinDefinition, DefinitionKind } from '../definitions/catalog.ts';
import { isMap } from '../model/json-map.ts';
import type { Component } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { RolloutSettings } from '../model/rollout.ts';
import { suggestion } from './problems.ts';
import type { References } from './references.ts';

/** What the Jobs of an application are looked for in. */
export interface JobsOf {
  readonly components: readonly Component[];
  readonly namespace: string;
  readonly references: Pick<References, 'catalog' | 'builtins'>;
}

/** Where steps stand, and how it is told that one of them asks no Job. */
interface Place {
  readonly path: Steps;
  readonly tell: Reporter['error'];
}

/**
 * Reports names of Jobs in the steps of a rollout that are none of the application, or that come to no end (REFERENCE_NOT_FOUND). What
 * only rendering knows, the plan tells: objects of files, of charts, and of types and traits of the repository, and the names that tasks get.
 */
export function checkAnalysisJobs(
  { steps = [] }: Pick<RolloutSettings, 'steps'>,
  of: JobsOf,
  { path, tell }: Place,
): void {
  for (const [at, step] of steps.entries()) {
    for (const [index, check] of ('analysis' in step ? step.analysis : []).entries()) {
      const fault = 'job' in check ? faultOf(check.job, of) : null;
      if (fault === null) continue;
      tell('REFERENCE_NOT_FOUND', [...path, 'steps', at, 'analysis', index, 'job'], fault.message, fault.hint);
    }
  }
}

interface JobFault {
  readonly message: string;
  readonly hint: string;
}

const job = 'jobs.batch';

const hint = 'name a component of type task, or a Job among the objects of the application';

function faultOf(name: string, of: JobsOf): JobFault | null {
  const component = of.components.find((one) => one.name === name);
  return component === undefined ? objectFault(name, of) : componentFault(component, of);
}

function componentFault(component: Component, of: JobsOf): JobFault | null {
  const { name, type } = component;
  if (hasOwnTraits(component, of)) return null;
  const objects = writtenObjects(component);
  if (objects !== null) {
    const hasJob = objects.some(({ kind }) => kind === 'Job');
    return hasJob ? null : { message: `${name} has no Job among its objects`, hint };
  }
  const workload = builtin('ComponentDefinition', type, of)?.workload ?? null;
  if (workload === null || workload === job) return null;
  return workload === 'cronjobs.batch'
    ? { message: `${name} runs by a schedule, and comes to no end`, hint }
    : { message: `${name} is not a Job: it runs as ${workload}`, hint };
}

function objectFault(name: string, of: JobsOf): JobFault | null {
  const objects = of.components.flatMap((one) => writtenObjects(one) ?? []);
  if (objects.some((one) => one.kind === 'Job' && one.name === name)) return null;
  if (objects.some((one) => one.kind === 'CronJob' && one.name === name))
    return { message: `the CronJob ${name} comes to no end`, hint };
  if (of.components.some((one) => mayHave(one, name, of))) return null;
  const jobs = of.components.filter((one) => componentFault(one, of) === null).map((one) => one.name);
  const known = [...jobs, ...objects.flatMap((one) => (one.kind === 'Job' ? [one.name] : []))];
  return {
    message: `the application has no component and no Job of the name ${name}`,
    hint: suggestion(name, [...new Set(known)], 'Jobs of it'),
  };
}

/** True where rendering alone shows whether a component has a Job of this name: what it makes is not known here, or a task is called so (`APP-TASK`). */
function mayHave(component: Component, name: string, of: JobsOf): boolean {
  if (hasOwnTraits(component, of)) return true;
  if (writtenObjects(component) !== null) return false;
  const workload = builtin('ComponentDefinition', component.type, of)?.workload ?? null;
  return workload === null || (workload === job && `-${name}-`.includes(`-${component.name}-`));
}

/** True where a trait of the repository may bring a Job along. */
function hasOwnTraits({ traits = [] }: Component, of: JobsOf): boolean {
  return traits.some(({ type }) => builtin('TraitDefinition', type, of) === undefined);
}

/** The type of ours that a component or trait has; undefined where the repository defines it, also by the name of one of ours. */
function builtin(kind: DefinitionKind, type: string, { references, namespace }: JobsOf): BuiltinDefinition | undefined {
  const ours = references.builtins.find((one) => one.kind === kind && one.type === type);
  const used = references.catalog.find(kind, type, namespace);
  return used?.pinned.template === ours?.template ? ours : undefined;
}

/** The objects that a component has in it, as they are written; null where it has others, too. */
function writtenObjects({
  type,
  properties = {},
}: Component): readonly { readonly kind: string; readonly name: string }[] | null {
  const { objects, ...others } = properties;
  if (type !== 'k8s-objects' || !Array.isArray(objects) || 'path' in others || 'glob' in others) return null;
  return objects.flatMap((object: unknown) => {
    if (!isMap(object)) return [];
    const metadata = isMap(object['metadata']) ? object['metadata'] : {};
    return [{ kind: String(object['kind']), name: String(metadata['name']) }];
  });
}
