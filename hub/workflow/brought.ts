import { idOf } from '../../shared/model/object.ts';
import type { ScopeCluster } from '../model/cluster-scope.ts';
import { isMap } from '../model/json-map.ts';
import type { Application, Component } from '../model/documents.ts';
import { policies as builtinPolicies } from '../policies/types/list.ts';
import { componentsWith } from '../policies/uses.ts';
import type { Gate } from './gates.ts';
import type { Program, ProgramStep } from './program.ts';

/** An object on a cluster, and what brings it. */
interface There {
  readonly cluster: string;
  readonly id: string;
  readonly by: string;
}

/**
 * The steps that bring an object which a step before, or a component whose objects are written out, brings to that cluster, too: a
 * delivery would come as far as the second one, and wait there. Left out are steps with a condition, and those of a group with one,
 * because one of two may run alone, and those whose names come from inputs. Pure.
 */
export function broughtTwice(
  program: Pick<Program, 'steps'>,
  application: Application,
  namespace: string,
): readonly Gate[] {
  const known: There[] = [];
  const steps = certainOf(program.steps);
  const delivered = steps.some(({ type }) => type.brings !== undefined)
    ? steps.flatMap((step) => writtenBy(step, application, namespace))
    : [];
  return steps.flatMap((step) => {
    const own = ownOf(step, namespace);
    if (own === null) return [];
    const first =
      known.find(({ cluster, id }) => cluster === own.cluster && id === own.id)?.by ??
      delivered.find(({ scope, id }) => id === own.id && scope.has(placeOf(own.cluster)))?.by;
    known.push({ ...own, by: `step ${step.name}` });
    if (first === undefined) return [];
    const message = `${first} brings the same object: ${wordsOf(own.id)}`;
    return [{ path: [...step.path, 'properties'], message, hint: 'give one of the two another name, or remove one' }];
  });
}

/** `ConfigMap default/c` of `/ConfigMap/default/c`, whose group comes first. */
function wordsOf(id: string): string {
  const [, kind = '', ...names] = id.split('/');
  return `${kind} ${names.join('/')}`;
}

/** The steps, with those of groups, that run whatever the others come to. */
function certainOf(steps: readonly ProgramStep[]): readonly ProgramStep[] {
  return steps.flatMap((step) => (step.condition === null ? [step, ...certainOf(step.steps)] : []));
}

function ownOf({ type, use, inputs }: ProgramStep, namespace: string): Pick<There, 'cluster' | 'id'> | null {
  const isGiven = inputs.some(({ parameterKey }) => parameterKey !== null && !/^(?:value\.)?data\b/.test(parameterKey));
  const brought = isGiven ? undefined : type.brings?.(use);
  if (brought === undefined) return null;
  const { cluster, object } = brought;
  const { name, namespace: own = namespace } = object.metadata;
  return { cluster: cluster === 'local' ? '' : cluster, id: idOf({ ...object, metadata: { name, namespace: own } }) };
}

function placeOf(cluster: string): ScopeCluster {
  return { name: cluster, labels: {}, ...(cluster === '' && { isLocal: true }) };
}

/** The objects that are written out in the components which a step delivers, as its overrides make them, and where it delivers them. */
function writtenBy({ wants }: ProgramStep, application: Application, namespace: string) {
  return wants.flatMap(({ scope, components: names, policies }) => {
    if (scope.namespace !== null) return [];
    const components = componentsWith(application, policies, builtinPolicies);
    const delivered = components.filter(({ name }) => names === null || names.includes(name));
    return delivered.flatMap((component) => writtenIn(component, namespace).map((one) => ({ ...one, scope })));
  });
}

const listed: readonly string[] = ['k8s-objects', 'ref-objects'];

/** The objects that a component has as they are written in the document: what a template makes of its parameters is not known here. */
function writtenIn({ name, type, properties = {} }: Component, namespace: string) {
  const { objects } = properties;
  const inList: readonly unknown[] = listed.includes(type) && Array.isArray(objects) ? objects : [];
  return (type === 'raw' ? [properties] : inList).flatMap((object) => {
    const id = idIn(object, namespace);
    return id === null ? [] : [{ id, by: `component ${name}` }];
  });
}

function idIn(object: unknown, namespace: string): string | null {
  if (!isMap(object) || !isMap(object['metadata'])) return null;
  const { apiVersion, kind, metadata } = object;
  const { name, namespace: own = namespace } = metadata as { readonly name?: unknown; readonly namespace?: unknown };
  const texts = [apiVersion, kind, name, own];
  if (!texts.every((text): text is string => typeof text === 'string')) return null;
  const [version, ofKind, named, inside] = texts as [string, string, string, string];
  return idOf({ apiVersion: version, kind: ofKind, metadata: { name: named, namespace: inside } });
}
