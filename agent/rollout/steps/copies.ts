import type { Digest } from '../../../shared/lib/canonical.ts';
import { factsOf, isRoute, mayHaveReplicas } from '../../../shared/model/kinds.ts';
import { label } from '../../../shared/model/names.ts';
import { groupKindOf, parseObjectId, type KubeObject, type ObjectId } from '../../../shared/model/object.ts';
import { matchesLabels, type Labels } from '../../../shared/model/selector.ts';
import type { AppContent, BundleObject } from '../../../shared/wire/revision.ts';

/** The object of a bundle with this digest; null where its text must be fetched again. */
export type ObjectOf = (digest: Digest) => KubeObject | null;

/** One component that steps move: the workloads of what serves, and those of the new copy. */
export interface MovingComponent {
  readonly name: string;
  readonly old: readonly ObjectId[];
  readonly fresh: readonly ObjectId[];
}

/** What of two contents steps move, and what of the new one waits. */
export interface Copies {
  readonly components: readonly MovingComponent[];
  /** Objects of the new content alone that are made with the first step: they run nothing by themselves. */
  readonly early: readonly BundleObject[];
  /** Autoscalers of what serves, by the workload that each scales. */
  readonly scalers: ReadonlyMap<ObjectId, BundleObject>;
}

/**
 * Tells the copies of two contents apart (delivery.md): steps move the components that carry traffic, and those that a Service of
 * both contents leads to, or all that can be scaled where no traffic is led. All else is made early and changed late: what runs, scales or leads traffic by itself waits for promotion. Null
 * while a text that decides is not at hand.
 */
export function copiesOf(from: AppContent, to: AppContent, objectOf: ObjectOf): Copies | null {
  const [serving, wanted] = [idsOf(from), idsOf(to)];
  const old = componentsOf(from, wanted, objectOf);
  const fresh = componentsOf(to, serving, objectOf);
  const scalers = scalersOf(from, objectOf);
  if (old === null || fresh === null || scalers === null) return null;
  const names = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return {
    components: names.map((name) => ({ name, old: old.get(name) ?? [], fresh: fresh.get(name) ?? [] })),
    early: to.objects.filter(({ id }) => !serving.has(id) && isEarly(id)),
    scalers,
  };
}

function idsOf({ objects }: AppContent): ReadonlySet<ObjectId> {
  return new Set(objects.map(({ id }) => id));
}

/** True for what runs nothing, scales nothing and leads no traffic: it may be there before anything uses it. */
function isEarly(id: ObjectId): boolean {
  const { role, runsToItsEnd, isScalable, stage } = factsOf(id);
  return role === null && !runsToItsEnd && !isScalable && stage !== 'webhooks' && stage !== 'traffic';
}

/** The workloads of one copy by component: those that the other content has not; null while a text is not at hand. */
function componentsOf(
  content: AppContent,
  other: ReadonlySet<ObjectId>,
  objectOf: ObjectOf,
): ReadonlyMap<string, readonly ObjectId[]> | null {
  const behind = servicesOf(content, other, objectOf);
  if (behind === null) return null;
  const found = new Map<string, ObjectId[]>();
  for (const { id, digest, component } of content.objects) {
    if (other.has(id) || !isScalable(content, id)) continue;
    const object = objectOf(digest);
    if (object === null) return null;
    const served = servedBy(behind, id, object);
    if (served === undefined && content.traffic.length > 0) continue;
    const name = served?.component ?? component ?? componentOf(object);
    found.set(name, [...(found.get(name) ?? []), id]);
  }
  return found;
}

/** The Service that leads to the pods of a workload. */
function servedBy<S extends { readonly namespace: string; readonly selector: Labels }>(
  behind: readonly S[],
  id: ObjectId,
  object: KubeObject,
): S | undefined {
  const [{ namespace }, pods] = [parseObjectId(id), podLabels(object)];
  return behind.find((one) => one.namespace === namespace && matchesLabels(one.selector, pods));
}

function componentOf(object: KubeObject): string {
  return labelsAt(object, 'metadata', 'labels')[label.component] ?? podLabels(object)[label.component] ?? '';
}

function isScalable({ replicas }: AppContent, id: ObjectId): boolean {
  if (isRoute(id) || factsOf(id).runsToItsEnd || !mayHaveReplicas(id)) return false;
  return factsOf(id).isScalable || replicas.some((one) => one.id === id);
}

interface Behind {
  /** Null = a Service that traffic is not led to by weights: its pods say which component they are of. */
  readonly component: string | null;
  readonly namespace: string;
  readonly selector: Labels;
}

/** The selectors of the Services that traffic is led to, and of those that both contents have. */
function servicesOf(
  { traffic, objects }: AppContent,
  other: ReadonlySet<ObjectId>,
  objectOf: ObjectOf,
): readonly Behind[] | null {
  const digests = new Map(objects.map(({ id, digest }) => [id, digest]));
  const found: Behind[] = [];
  const targets = traffic.flatMap((one) => one.targets);
  const common = objects.filter(({ id }) => groupKindOf(id) === '/Service' && other.has(id));
  const services = [...targets, ...common.map(({ id }) => ({ component: null, service: id }))];
  for (const { component, service } of services) {
    const digest = digests.get(service);
    if (digest === undefined) continue;
    const object = objectOf(digest);
    if (object === null) return null;
    const selector = labelsAt(object, 'spec', 'selector');
    if (Object.keys(selector).length > 0) {
      found.push({ component, namespace: parseObjectId(service).namespace, selector });
    }
  }
  return found;
}

function scalersOf(content: AppContent, objectOf: ObjectOf): Copies['scalers'] | null {
  const scalers = new Map<ObjectId, BundleObject>();
  for (const one of content.objects) {
    if (factsOf(one.id).role !== 'autoscaler') continue;
    const object = objectOf(one.digest);
    if (object === null) return null;
    const ref = at(object, 'spec', 'scaleTargetRef') as
      { readonly kind?: unknown; readonly name?: unknown } | undefined;
    const { namespace } = parseObjectId(one.id);
    const target = content.objects.find(({ id }) => {
      const workload = parseObjectId(id);
      return (
        workload.namespace === namespace && workload.kind === (ref?.kind ?? 'Deployment') && workload.name === ref?.name
      );
    });
    if (target !== undefined) scalers.set(target.id, one);
  }
  return scalers;
}

/** The labels of the pods that a workload runs. */
export function podLabels(object: KubeObject): Labels {
  return labelsAt(object, 'spec', 'template', 'metadata', 'labels');
}

/** Labels, or a selector, at a place of an object. */
export function labelsAt(object: KubeObject, ...path: readonly string[]): Labels {
  return (at(object, ...path) ?? {}) as Labels;
}

function at(object: KubeObject, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined),
    object,
  );
}
