import { serverOwned } from '../apply/managed.ts';
import { timestamp } from '../clock.ts';
import { objectAt, textAt, withMeta, without } from '../json.ts';
import type { KubeObject, Meta } from '../json.ts';
import { initialStatus, withDefaults, withSchemaDefaults } from './defaults.ts';
import type { Call, World } from './world.ts';

/** An object with the defaults of its kind; what they set belongs to the writer, as on the API server. */
export function completed(call: Call, object: KubeObject): KubeObject {
  if (call.resource.custom) return withSchemaDefaults(object, call.resource.openapi ?? {}) as KubeObject;
  if (object.kind !== 'Namespace') return withDefaults(object);
  return withMeta(object, { labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': call.name } });
}

/** A new object: the members that only the server writes are the server's, status starts empty where it is a subresource. */
export function fresh(world: World, call: Call, sent: KubeObject): KubeObject {
  const { resource } = call;
  const uid = world.uid();
  const metadata = {
    ...without(sent.metadata, ...serverOwned),
    name: call.name,
    ...(call.namespace === '' ? {} : { namespace: call.namespace }),
    uid,
    creationTimestamp: timestamp(world.clock.now()),
    ...(resource.generation ? { generation: 1 } : {}),
  };
  const body = resource.status ? without(sent, 'status') : sent;
  const status = resource.status && !resource.custom ? { status: initialStatus(resource.kind) } : {};
  const object = { ...body, ...status, metadata } as unknown as KubeObject;
  switch (resource.id) {
    case 'namespaces':
      return { ...object, spec: { finalizers: ['kubernetes'], ...objectAt(sent, 'spec') } };
    case 'jobs.batch':
      return withJobSelector(object, uid);
    case 'services':
      return withAddress(object, world.clusterIp);
    case 'persistentvolumeclaims':
      return withMeta(object, { finalizers: [...(object.metadata.finalizers ?? []), 'kubernetes.io/pvc-protection'] });
    default:
      return object;
  }
}

/** A Job selects its pods by its own uid unless it says otherwise. */
function withJobSelector(job: KubeObject, uid: string): KubeObject {
  const spec = objectAt(job, 'spec');
  if (spec['manualSelector'] === true) return job;
  const own = { 'batch.kubernetes.io/controller-uid': uid };
  const template = objectAt(spec, 'template');
  const labels = {
    ...objectAt(template, 'metadata', 'labels'),
    ...own,
    'batch.kubernetes.io/job-name': job.metadata.name,
    'controller-uid': uid,
    'job-name': job.metadata.name,
  };
  const selector = { matchLabels: own };
  const named = job.metadata.labels === undefined ? withMeta(job, { labels }) : job;
  return {
    ...named,
    spec: { ...spec, selector, template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } } },
  };
}

/** The object with what of the live one only the server writes: metadata, and the address of a Service. */
export function continued(object: KubeObject, live: KubeObject): KubeObject {
  const own = Object.entries(live.metadata).filter(([key]) => serverOwned.includes(key));
  const metadata = { ...without(object.metadata, ...serverOwned), ...Object.fromEntries(own) };
  const next = { ...object, metadata: metadata as unknown as Meta };
  return object.kind === 'Service' ? withAddress(next, () => textAt(live, 'spec', 'clusterIP')) : next;
}

/** A Service that names no address gets one, unless its type has none. */
function withAddress(service: KubeObject, address: () => string): KubeObject {
  const spec = objectAt(service, 'spec');
  if (spec['type'] === 'ExternalName') return service;
  const clusterIP = textAt(spec, 'clusterIP') || address();
  if (clusterIP === '') return service;
  return { ...service, spec: { ...spec, clusterIP, clusterIPs: spec['clusterIPs'] ?? [clusterIP] } };
}
