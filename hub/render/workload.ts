import { ignoredPointers } from '../../shared/model/ignored.ts';
import { factsOf, replicasPointer } from '../../shared/model/kinds.ts';
import { idOf, type KubeObject } from '../../shared/model/object.ts';
import { isMap, listAt, mapAt, valueAt, type JsonMap } from '../model/json-map.ts';

/** True for a workload with a scale subresource: the well-known kinds, and every kind that declares spec.replicas. */
export function isScalable(object: KubeObject): boolean {
  return factsOf(idOf(object)).isScalable || replicasOf(object) !== undefined;
}

/** The number of replicas that a workload's manifest sets. */
export function replicasOf(object: KubeObject): number | undefined {
  const replicas = valueAt(object, 'spec', 'replicas');
  return typeof replicas === 'number' ? replicas : undefined;
}

/** The workload with this number of replicas, or with none of its own. */
export function withReplicas(object: KubeObject, replicas: number | undefined): KubeObject {
  const spec = { ...mapAt(object, 'spec') };
  Reflect.deleteProperty(spec, 'replicas');
  return { ...object, spec: replicas === undefined ? spec : { ...spec, replicas } };
}

/** True where the manifest leaves the number to others: what it says is for the beginning alone, and nothing of ours moves it. */
export function leavesReplicas({ metadata }: KubeObject): boolean {
  return ignoredPointers(metadata).some((pointer) => `${replicasPointer}/`.startsWith(`${pointer}/`));
}

/** `Kind/name` of every workload that one of the objects scales by itself (an HPA, a KEDA ScaledObject). */
export function autoscaled(objects: readonly KubeObject[]): ReadonlySet<string> {
  const targets = objects.map((object) => mapAt(object, 'spec', 'scaleTargetRef')).filter((ref) => ref !== undefined);
  return new Set(
    targets.map((ref) => `${typeof ref['kind'] === 'string' ? ref['kind'] : 'Deployment'}/${String(ref['name'])}`),
  );
}

/** The labels and ports of the pods that a workload runs, null when it runs none. */
export function podOf(
  object: KubeObject,
): { readonly labels: Readonly<Record<string, string>>; readonly ports: readonly JsonMap[] } | null {
  const template = mapAt(object, 'spec', 'template') ?? mapAt(object, 'spec', 'jobTemplate', 'spec', 'template');
  if (mapAt(template, 'spec') === undefined) return null;
  const labels = (mapAt(template, 'metadata', 'labels') ?? {}) as Record<string, string>;
  const containers = listAt(template, 'spec', 'containers');
  return { labels, ports: containers.flatMap((container) => listAt(container, 'ports').filter(isMap)) };
}
