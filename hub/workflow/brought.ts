import { idOf } from '../../shared/model/object.ts';
import type { ScopeCluster } from '../model/cluster-scope.ts';
import { isMap } from '../model/json-map.ts';
import type { Application } from '../model/documents.ts';
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
 * delivery would come as far as the second one, and wait there. Left out are steps with a condition, because one of two may run alone,
 * and those whose names come from inputs. Pure.
 */
export function broughtTwice(
  program: Pick<Program, 'steps'>,
  application: Application,
  namespace: string,
): readonly Gate[] {
  const known: There[] = [];
  const steps = allOf(program.steps);
  const written = writtenIn(application, namespace);
  return steps.flatMap((step) => {
    const own = ownOf(step, namespace);
    if (own === null) return [];
    const first =
      known.find(({ cluster, id }) => cluster === own.cluster && id === own.id)?.by ??
      written.find(({ id, component }) => id === own.id && steps.some((one) => delivers(one, component, own.cluster)))
        ?.by;
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

function allOf(steps: readonly ProgramStep[]): readonly ProgramStep[] {
  return steps.flatMap((step) => [step, ...allOf(step.steps)]);
}

function ownOf({ type, use, condition, inputs }: ProgramStep, namespace: string): Pick<There, 'cluster' | 'id'> | null {
  const isGiven = inputs.some(({ parameterKey }) => parameterKey !== null && !/^(?:value\.)?data\b/.test(parameterKey));
  const brought = condition !== null || isGiven ? undefined : type.brings?.(use);
  if (brought === undefined) return null;
  const { cluster, object } = brought;
  const { name, namespace: own = namespace } = object.metadata;
  return { cluster: cluster === 'local' ? '' : cluster, id: idOf({ ...object, metadata: { name, namespace: own } }) };
}

/** True for a step that delivers a component to a cluster, whatever else there is; one with a condition may not run. */
function delivers({ wants, condition }: ProgramStep, component: string, cluster: string): boolean {
  const there: ScopeCluster = { name: cluster, labels: {}, ...(cluster === '' && { isLocal: true }) };
  return (
    condition === null &&
    wants.some(
      ({ scope, components }) =>
        scope.namespace === null && (components === null || components.includes(component)) && scope.has(there),
    )
  );
}

/** The objects that components have as they are written in the document. */
function writtenIn({ spec }: Application, namespace: string) {
  return spec.components.flatMap(({ name: component, type, properties = {} }) => {
    const { objects } = properties;
    const found: readonly unknown[] = type === 'raw' ? [properties] : Array.isArray(objects) ? objects : [];
    return found.flatMap((object) => {
      const id = idIn(object, namespace);
      return id === null ? [] : [{ component, id, by: `component ${component}` }];
    });
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
