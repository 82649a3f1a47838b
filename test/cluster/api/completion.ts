import { serverOwned } from '../apply/managed.ts';
import { timestamp } from '../clock.ts';
import { objectAt, withMeta, without } from '../json.ts';
import type { KubeObject, Meta } from '../json.ts';
import { keyOf } from '../store/store.ts';
import { withDefaults, withSchemaDefaults } from './defaults.ts';
import type { Call, World } from './world.ts';

/** Defaults, and the address of a Service. */
export function completed(world: World, call: Call, object: KubeObject): KubeObject {
  if (call.resource.custom) return withSchemaDefaults(object, call.resource.openapi ?? {}) as KubeObject;
  const complete = withDefaults(object);
  if (complete.kind === 'Namespace')
    return withMeta(complete, { labels: { ...complete.metadata.labels, 'kubernetes.io/metadata.name': call.name } });
  if (complete.kind !== 'Service') return complete;
  const spec = objectAt(complete, 'spec');
  const live = world.store.get(call.resource.id, keyOf(call.namespace, call.name));
  const clusterIP = spec['clusterIP'] ?? objectAt(live, 'spec')['clusterIP'];
  if (spec['type'] === 'ExternalName' || (clusterIP !== undefined && clusterIP !== '')) {
    return clusterIP === undefined
      ? complete
      : { ...complete, spec: { ...spec, clusterIP, clusterIPs: spec['clusterIPs'] ?? [clusterIP] } };
  }
  const address = world.clusterIp();
  return { ...complete, spec: { ...spec, clusterIP: address, clusterIPs: [address] } };
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
  const object = { ...body, metadata } as unknown as KubeObject;
  return resource.id === 'jobs.batch' ? withJobSelector(object, uid) : object;
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
  };
  const selector = { matchLabels: own };
  return {
    ...job,
    spec: { ...spec, selector, template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } } },
  };
}

/** The object with the live one's server-owned metadata. */
export function withServerMeta(object: KubeObject, live: KubeObject): KubeObject {
  const own = Object.entries(live.metadata).filter(([key]) => serverOwned.includes(key));
  const metadata = { ...without(object.metadata, ...serverOwned), ...Object.fromEntries(own) };
  return { ...object, metadata: metadata as unknown as Meta };
}
