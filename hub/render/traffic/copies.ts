import { z } from 'zod';
import { label } from '../../../shared/model/names.ts';
import { idOf, objectId, type KubeObject } from '../../../shared/model/object.ts';
import type { BundleTraffic } from '../../../shared/wire/revision.ts';
import { isOffered } from '../../model/capabilities.ts';
import type { RevisionRecord } from '../../model/fleet.ts';
import { unitLabels } from '../labels.ts';
import type { RevisionComponent } from '../revision-component.ts';
import { podOf } from '../workload.ts';
import { istio } from './providers/istio.ts';
import type { TrafficCluster } from './traffic.ts';

/** What traffic between the copies of an Application's components is made from. */
export interface CopyTrafficInput {
  readonly namespace: string;
  readonly name: string;
  readonly target: TrafficCluster;
  readonly revisions: readonly { readonly record: RevisionRecord; readonly components: readonly RevisionComponent[] }[];
}

/** What leads callers within the cluster to the copy that serves, and on the way to another one to both. */
export interface CopyTraffic {
  readonly objects: readonly KubeObject[];
  readonly traffic: readonly BundleTraffic[];
  readonly notes: readonly string[];
}

/** The shape of the properties of the trait `canary-traffic`. */
const schema = z.looseObject({ port: z.array(z.number().int()).min(1) });

/**
 * Traffic within a mesh to each component with the trait `canary-traffic`: a VirtualService of the name of its Service, so that weights split
 * what is led to its copies, and a Service for each copy that is not called after the component. Without a mesh pods decide. Pure.
 */
export function copyTraffic(input: CopyTrafficInput): CopyTraffic {
  const made = input.revisions.flatMap(({ record, components }) =>
    components.flatMap((component) => trafficTo(input, record, component)),
  );
  return {
    objects: made.flatMap((one) => one.objects),
    traffic: made.flatMap((one) => one.traffic),
    notes: made.flatMap((one) => one.notes),
  };
}

function trafficTo(
  input: CopyTrafficInput,
  record: RevisionRecord,
  component: RevisionComponent,
): readonly CopyTraffic[] {
  const port = portOf(record, component);
  if (port === undefined) return [];
  const isNamedAfter = component.contextName === component.component;
  const { capabilities } = input.target;
  if (capabilities === null || !isOffered(capabilities, 'istio')) {
    const words = `traffic to the copies of ${component.component} is split by their pods: there is no mesh`;
    return [{ objects: [], traffic: [], notes: isNamedAfter ? [] : [words] }];
  }
  const labels = {
    ...unitLabels(record.application.metadata.name, input.name),
    [label.appComponent]: component.component,
  };
  const metadata = { name: component.component, namespace: input.namespace, labels };
  const backend = {
    revision: record.name,
    component: component.component,
    service: component.contextName,
    port,
    weight: 100,
  };
  const header = { metadata, hosts: [component.component], gateways: [], className: undefined };
  const shape = istio.render(header, [{ match: [], backends: [backend] }]);
  const own = isNamedAfter ? null : ownService(component, { metadata, port });
  if ('fault' in shape || own === undefined) return [];
  const target = {
    rule: 0,
    revision: record.name,
    component: component.component,
    service: objectId({ group: '', kind: 'Service', namespace: input.namespace, name: component.contextName }),
    weight: 100,
    ...(shape.pointer !== null && { pointer: shape.pointer(0, 0) }),
  };
  const entry: BundleTraffic = { provider: istio.name, id: idOf(shape.object), targets: [target] };
  return [{ objects: [shape.object, ...(own === null ? [] : [own])], traffic: [entry], notes: [] }];
}

/** The port that its trait `canary-traffic` names; undefined where it has none. */
function portOf({ application }: RevisionRecord, { component }: RevisionComponent): number | undefined {
  const written = application.spec.components.find(({ name }) => name === component);
  const trait = written?.traits?.find(({ type }) => type === 'canary-traffic');
  return schema.safeParse(trait?.properties).data?.port[0];
}

/** The Service of one copy; undefined where it runs no pods. */
function ownService(
  { shared, contextName }: RevisionComponent,
  { metadata, port }: { readonly metadata: KubeObject['metadata']; readonly port: number },
): KubeObject | undefined {
  const pods = shared.flatMap((object) => podOf(object) ?? [])[0];
  if (pods === undefined) return undefined;
  const selector = { [label.component]: pods.labels[label.component] ?? contextName, [label.copy]: contextName };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, name: contextName },
    spec: { selector, ports: [{ name: `http-${port}`, port, protocol: 'TCP', targetPort: port }] },
  };
}
