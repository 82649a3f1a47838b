import { at, equal, objectAt, objectsAt, textAt } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import type { Context } from './context.ts';
import { change, controllerRef, create } from './context.ts';
import { isReady } from './pods.ts';

const slices = 'endpointslices.discovery.k8s.io';

/** The EndpointSlice controller: one slice for each Service with a selector. */
export function reconcileService(context: Context, service: KubeObject): void {
  const selector = objectAt(service, 'spec', 'selector');
  if (Object.keys(selector).length === 0 || service.metadata.deletionTimestamp !== undefined) return;
  const pods = context.world.store
    .list('pods')
    .filter((pod) => pod.metadata.namespace === service.metadata.namespace && isSelected(selector, pod));
  const wanted = sliceOf(service, pods);
  const slice = context.owned(service, slices)[0];
  if (slice === undefined) {
    const name = `${service.metadata.name}-${context.world.suffix()}`;
    const metadata = {
      generateName: `${service.metadata.name}-`,
      name,
      ...place(service),
      labels: labelsOf(service),
      ownerReferences: [controllerRef(service)],
    };
    create(context, slices, { metadata, ...wanted });
    return;
  }
  if (
    equal(slice['endpoints'], wanted['endpoints']) &&
    equal(slice['ports'], wanted['ports']) &&
    equal(slice.metadata.labels, labelsOf(service))
  )
    return;
  change(context, slices, slice, (live) => ({
    ...live,
    ...wanted,
    metadata: { ...live.metadata, labels: labelsOf(service) },
  }));
}

/** The Services that a pod may belong to. */
export function servicesOf(context: Context, pod: KubeObject): readonly KubeObject[] {
  return context.world.store
    .list('services')
    .filter(
      (service) =>
        service.metadata.namespace === pod.metadata.namespace && isSelected(objectAt(service, 'spec', 'selector'), pod),
    );
}

function isSelected(selector: JsonObject, pod: KubeObject): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function place(service: KubeObject): { readonly namespace?: string } {
  const { namespace } = service.metadata;
  return namespace === undefined ? {} : { namespace };
}

/** The Service's own labels and those by which a slice is found. */
function labelsOf(service: KubeObject): Record<string, string> {
  return {
    ...service.metadata.labels,
    ...(at(service, 'spec', 'clusterIP') === 'None' ? { 'service.kubernetes.io/headless': '' } : {}),
    'kubernetes.io/service-name': service.metadata.name,
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  };
}

function sliceOf(service: KubeObject, pods: readonly KubeObject[]): JsonObject {
  const early = at(service, 'spec', 'publishNotReadyAddresses') === true;
  const placed = pods.filter(
    (pod) => textAt(pod, 'status', 'podIP') !== '' && textAt(pod, 'status', 'phase') !== 'Succeeded',
  );
  const endpoints = placed.map((pod) => endpointOf(pod, early));
  const sample = placed[0];
  const ports = objectsAt(service, 'spec', 'ports').flatMap((port) => {
    const number = targetPort(port['targetPort'], sample);
    return number === undefined
      ? []
      : [{ name: textAt(port, 'name'), port: number, protocol: textAt(port, 'protocol') }];
  });
  return { addressType: 'IPv4', endpoints, ports: sample === undefined ? [] : ports };
}

function endpointOf(pod: KubeObject, early: boolean): JsonObject {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving = isReady(pod);
  const { name, namespace, uid } = pod.metadata;
  return {
    addresses: [textAt(pod, 'status', 'podIP')],
    conditions: { ready: early || (serving && !terminating), serving, terminating },
    nodeName: textAt(pod, 'spec', 'nodeName'),
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}

/** A port number, also from the name of a container's port. */
function targetPort(target: Json | undefined, pod: KubeObject | undefined): number | undefined {
  if (typeof target === 'number') return target;
  const ports = objectsAt(pod, 'spec', 'containers').flatMap((container) => objectsAt(container, 'ports'));
  const found = ports.find((port) => port['name'] === target)?.['containerPort'];
  return typeof found === 'number' ? found : undefined;
}
