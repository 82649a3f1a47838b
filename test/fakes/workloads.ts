import { idOf, type KubeObject } from '../../shared/model/object.ts';
import type { FakeKube } from './kube.ts';

/** How pods fare: how many of a workload's wanted pods are ready now. */
export type Readiness = (workload: KubeObject) => number;

/** Everything becomes ready. */
export const allReady: Readiness = (workload) => wanted(workload);

/** One round of the controllers: statuses of Deployments, and the EndpointSlices of Services. True when anything changed. */
export function stepControllers(kube: FakeKube, readiness: Readiness = allReady): boolean {
  const before = snapshot(kube);
  const all = [...kube.objects.values()].map(({ object }) => object);
  const workloads = all.filter((object) => object.kind === 'Deployment' || object.kind === 'StatefulSet');
  for (const workload of workloads) {
    const ready = Math.min(wanted(workload), readiness(workload));
    const isComplete = ready === wanted(workload) || progressOf(workload) === 'NewReplicaSetAvailable';
    const reason = isComplete ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated';
    kube.edit(
      idOf(workload),
      (object) => {
        object['status'] = {
          ...(object.kind === 'Deployment' && { conditions: [{ type: 'Progressing', status: 'True', reason }] }),
          observedGeneration: object.metadata.generation,
          replicas: wanted(object),
          updatedReplicas: wanted(object),
          readyReplicas: ready,
          availableReplicas: ready,
        };
      },
      'controllers',
    );
  }
  for (const service of all.filter((object) => object.kind === 'Service')) stepService(kube, service, workloads);
  return snapshot(kube) !== before;
}

function stepService(kube: FakeKube, service: KubeObject, workloads: readonly KubeObject[]): void {
  const spec = service['spec'] as { selector?: Record<string, string> };
  const ready = workloads
    .filter((one) => one.metadata.namespace === service.metadata.namespace)
    .filter((one) => kube.read(idOf(one)) !== undefined && covers(spec.selector ?? {}, podLabels(one)))
    .reduce(
      (sum, one) => sum + ((kube.read(idOf(one))?.['status'] as { readyReplicas?: number }).readyReplicas ?? 0),
      0,
    );
  const endpoints = Array.from({ length: ready }, (_, n) => ({
    addresses: [`10.0.0.${n + 1}`],
    conditions: { ready: true },
  }));
  const { namespace } = service.metadata;
  const name = `${service.metadata.name}-slice`;
  const slice: KubeObject = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...service.metadata.labels, 'kubernetes.io/service-name': service.metadata.name },
      ownerReferences: [{ uid: service.metadata.uid }],
    },
    endpoints,
  };
  const id = idOf(slice);
  if (kube.read(id) === undefined) kube.put_(slice);
  else kube.edit(id, (object) => (object['endpoints'] = endpoints), 'controllers');
}

/** Why the Deployment says that it progresses, or has: once rolled out in full, it says so for as long as its template stays. */
function progressOf(workload: KubeObject): string | undefined {
  const status = workload['status'] as { conditions?: { reason: string }[] } | undefined;
  return status?.conditions?.[0]?.reason;
}

/** Wanted pods of a workload. */
export function wanted(workload: KubeObject): number {
  return (workload['spec'] as { replicas?: number }).replicas ?? 1;
}

function podLabels(workload: KubeObject): Record<string, string> {
  return (workload['spec'] as { template: { metadata: { labels: Record<string, string> } } }).template.metadata.labels;
}

function covers(selector: Record<string, string>, labels: Record<string, string>): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value);
}

function snapshot(kube: FakeKube): string {
  return [...kube.objects.values()].map(({ object }) => `${idOf(object)}@${object.metadata.resourceVersion}`).join(' ');
}
