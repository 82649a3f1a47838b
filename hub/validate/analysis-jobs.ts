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

/** Reports names of Jobs in the steps of a rollout that are none of the application, or that come to no end. What only rendering knows, the plan tells. */
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

const hint = 'name a component of type task, or a Job among the objects of the application';

function faultOf(name: string, of: JobsOf): JobFault | null {
  const component = of.components.find((one) => one.name === name);
  return component === undefined ? objectFault(name, of) : componentFault(component, of);
}

function componentFault(component: Component, of: JobsOf): JobFault | null {
  const { name, type } = component;
  const objects = writtenObjects(component);
  if (objects !== null) {
    const jobs = objects.filter(({ kind }) => kind === 'Job');
    if (jobs.length === 1) return null;
    const names = jobs.map((one) => one.name).join(', ');
    return jobs.length === 0
      ? { message: `${name} has no Job among its objects`, hint }
      : { message: `${name} has several Jobs`, hint: `name one of them: ${names}` };
  }
  const workload = of.references.catalog.find('ComponentDefinition', type, of.namespace)?.workload ?? null;
  if (workload === null || workload === 'jobs.batch') return null;
  return workload === 'cronjobs.batch'
    ? { message: `${name} runs by a schedule, and comes to no end`, hint }
    : { message: `${name} is not a Job: it runs as ${workload}`, hint };
}

function objectFault(name: string, of: JobsOf): JobFault | null {
  const objects = of.components.flatMap((one) => writtenObjects(one) ?? []);
  if (objects.some((one) => one.kind === 'Job' && one.name === name)) return null;
  if (objects.some((one) => one.kind === 'CronJob' && one.name === name))
    return { message: `the CronJob ${name} comes to no end`, hint };
  // What files, charts and types of users have in them, rendering shows.
  if (of.components.some((one) => writtenObjects(one) === null && !isPlain(one, of))) return null;
  const jobs = of.components.filter((one) => componentFault(one, of) === null).map((one) => one.name);
  const known = [...jobs, ...objects.flatMap((one) => (one.kind === 'Job' ? [one.name] : []))];
  return {
    message: `the application has no component and no Job of the name ${name}`,
    hint: suggestion(name, [...new Set(known)], 'Jobs of it'),
  };
}

/** True for a type that makes no other objects than those of its own workload. */
function isPlain({ type }: Component, { references }: JobsOf): boolean {
  const builtin = references.builtins.find((one) => one.kind === 'ComponentDefinition' && one.type === type);
  return builtin !== undefined && builtin.workload !== null;
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
