import type { Column, Resource } from '../api/kinds.ts';
import { at, isList, isObject, listAt, numberAt, objectAt, objectsAt, textAt } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';

/** The table of objects that `kubectl get` prints (meta.k8s.io/v1 Table). */
export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  options: { readonly metadata: JsonObject; readonly include: string; readonly now: number },
): JsonObject {
  const columns = columnsOf(resource);
  const definitions = [
    { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
    ...columns.map(({ name, type }) => ({ name, type, format: '', description: '', priority: 0 })),
  ];
  const rows = objects.map((object) => ({
    cells: [object.metadata.name, ...columns.map((column) => column.cell(object, options.now))],
    ...carried(object, options.include),
  }));
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: definitions,
    rows,
  };
}

interface Cell {
  readonly name: string;
  readonly type: string;
  readonly cell: (object: KubeObject, now: number) => Json;
}

const age = dated('Age', ['metadata', 'creationTimestamp']);

const cells: Readonly<Record<string, readonly Cell[]>> = {
  Pod: [
    cell('Ready', (pod) => {
      const states = objectsAt(pod, 'status', 'containerStatuses');
      return `${states.filter((state) => state['ready'] === true).length}/${listAt(pod, 'spec', 'containers').length}`;
    }),
    cell('Status', podStatus),
    cell('Restarts', () => 0),
    age,
  ],
  Deployment: [
    cell('Ready', (object) => `${count(object, 'readyReplicas')}/${numberAt(object, ['spec', 'replicas'], 0)}`),
    cell('Up-to-date', (object) => count(object, 'updatedReplicas')),
    cell('Available', (object) => count(object, 'availableReplicas')),
    age,
  ],
  ReplicaSet: [
    cell('Desired', (object) => numberAt(object, ['spec', 'replicas'], 0)),
    cell('Current', (object) => count(object, 'replicas')),
    cell('Ready', (object) => count(object, 'readyReplicas')),
    age,
  ],
  StatefulSet: [
    cell('Ready', (object) => `${count(object, 'readyReplicas')}/${numberAt(object, ['spec', 'replicas'], 0)}`),
    age,
  ],
  DaemonSet: [
    cell('Desired', (object) => count(object, 'desiredNumberScheduled')),
    cell('Current', (object) => count(object, 'currentNumberScheduled')),
    cell('Ready', (object) => count(object, 'numberReady')),
    cell('Up-to-date', (object) => count(object, 'updatedNumberScheduled')),
    cell('Available', (object) => count(object, 'numberAvailable')),
    age,
  ],
  Job: [
    cell('Status', (job) => textAt(objectsAt(job, 'status', 'conditions').at(-1), 'type') || 'Running'),
    cell('Completions', (job) => `${count(job, 'succeeded')}/${numberAt(job, ['spec', 'completions'], 1)}`),
    age,
  ],
  CronJob: [
    cell('Schedule', (object) => textAt(object, 'spec', 'schedule')),
    cell('Suspend', (object) => at(object, 'spec', 'suspend') ?? false),
    age,
  ],
  Service: [
    cell('Type', (object) => textAt(object, 'spec', 'type')),
    cell('Cluster-IP', (object) => textAt(object, 'spec', 'clusterIP') || '<none>'),
    cell('External-IP', (object) => textAt(object, 'spec', 'externalName') || '<none>'),
    cell(
      'Port(s)',
      (object) =>
        objectsAt(object, 'spec', 'ports')
          .map((port) => `${text(port['port'])}/${text(port['protocol'])}`)
          .join(',') || '<none>',
    ),
    age,
  ],
  Ingress: [
    cell('Class', (object) => textAt(object, 'spec', 'ingressClassName') || '<none>'),
    cell('Hosts', (object) =>
      objectsAt(object, 'spec', 'rules')
        .map((rule) => textAt(rule, 'host') || '*')
        .join(','),
    ),
    cell('Address', () => ''),
    cell('Ports', (object) => (listAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
    age,
  ],
  ConfigMap: [
    cell('Data', (object) => Object.keys({ ...objectAt(object, 'data'), ...objectAt(object, 'binaryData') }).length),
    age,
  ],
  Secret: [
    cell('Type', (object) => textAt(object, 'type')),
    cell('Data', (object) => Object.keys(objectAt(object, 'data')).length),
    age,
  ],
  Namespace: [cell('Status', (object) => textAt(object, 'status', 'phase')), age],
  Node: [
    cell('Status', (node) =>
      objectsAt(node, 'status', 'conditions').some((item) => item['type'] === 'Ready' && item['status'] === 'True')
        ? 'Ready'
        : 'NotReady',
    ),
    cell('Roles', () => '<none>'),
    age,
    cell('Version', (node) => textAt(node, 'status', 'nodeInfo', 'kubeletVersion')),
  ],
  PersistentVolumeClaim: [
    cell('Status', (object) => textAt(object, 'status', 'phase')),
    cell('Volume', (object) => textAt(object, 'spec', 'volumeName')),
    cell('Capacity', (object) => textAt(object, 'status', 'capacity', 'storage')),
    age,
  ],
  EndpointSlice: [
    cell('AddressType', (object) => textAt(object, 'addressType')),
    cell('Ports', (object) =>
      objectsAt(object, 'ports')
        .map((port) => text(port['port']))
        .join(','),
    ),
    cell('Endpoints', (object) =>
      objectsAt(object, 'endpoints')
        .flatMap((endpoint) => listAt(endpoint, 'addresses').map(text))
        .join(','),
    ),
    age,
  ],
  CustomResourceDefinition: [dated('Created At', ['metadata', 'creationTimestamp'], false)],
};

function columnsOf(resource: Resource): readonly Cell[] {
  if (!resource.custom) return cells[resource.kind] ?? [age];
  const own = (resource.columns ?? []).map(custom);
  return own.length > 0 ? own : [age];
}

function custom({ name, type, path }: Column): Cell {
  if (type === 'date') return dated(name, path);
  return { name, type, cell: (object) => scalar(at(object, ...path)) };
}

function cell(name: string, value: (object: KubeObject) => Json): Cell {
  return { name, type: 'string', cell: value };
}

function dated(name: string, path: readonly string[], relative = true): Cell {
  return {
    name,
    type: 'string',
    cell: (object, now) => {
      const time = textAt(object, ...path);
      if (time === '') return '<unknown>';
      return relative ? duration(now - Date.parse(time)) : time;
    },
  };
}

function count(object: KubeObject, field: string): number {
  return numberAt(object, ['status', field], 0);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function scalar(value: Json | undefined): Json {
  return isObject(value) || isList(value) ? JSON.stringify(value) : (value ?? '');
}

function podStatus(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  const waiting = objectsAt(pod, 'status', 'containerStatuses').map((state) =>
    textAt(state, 'state', 'waiting', 'reason'),
  );
  const phase = textAt(pod, 'status', 'phase');
  return waiting.find((reason) => reason !== '') ?? (phase === 'Succeeded' ? 'Completed' : phase);
}

function carried(object: KubeObject, include: string): JsonObject {
  if (include === 'None') return {};
  if (include === 'Object') return { object };
  return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } };
}

/** A duration as kubectl shows ages: 12s, 5m, 3h, 2d. */
function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
