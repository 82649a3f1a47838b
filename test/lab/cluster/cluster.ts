import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Server } from 'node:http';
import { createResources } from './api/resources.ts';
import type { Subresource } from './api/doors.ts';
import { createObject, updateObject } from './api/write.ts';
import type { Call, World } from './api/world.ts';
import type { ClusterClock } from './clock.ts';
import { systemClock, timestamp } from './clock.ts';
import { startControllers } from './controllers/loop.ts';
import { crdSets } from './crds/sets.ts';
import type { CrdSet } from './crds/sets.ts';
import type { JsonObject, KubeObject } from './json.ts';
import { createApiServer } from './server/server.ts';
import type { Fault, FaultRequest } from './server/server.ts';
import { createStore } from './store/store.ts';
import type { Store } from './store/store.ts';

export interface ClusterOptions {
  readonly name?: string;
  /** Sets of custom kinds to begin with. */
  readonly crds?: readonly CrdSet[];
  /** How long a pod takes to become ready; 20 ms unless told otherwise. */
  readonly readyDelayMs?: number;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Where the kubeconfig is written; a folder of its own below the temporary one when absent. */
  readonly kubeconfigPath?: string;
  /** How many nodes there are; one unless told otherwise. */
  readonly nodes?: number;
  /** When set, requests need this bearer token. */
  readonly token?: string;
  /** Looks at every request and may make it fail. */
  readonly faults?: (request: FaultRequest) => Fault | undefined;
  /** How many changes are remembered for watches; older ones are answered with 410. */
  readonly historyLimit?: number;
  readonly bookmarkMs?: number;
  readonly clock?: ClusterClock;
}

/** How many requests came, since the start or the last reset. */
export interface RequestCounter {
  /** By `verb resource` (`apply deployments.apps`, `watch pods`, `get /version`). */
  readonly by: ReadonlyMap<string, number>;
  total(): number;
  /** Requests that can change objects. */
  writes(): number;
  reset(): void;
}

export interface EmbeddedCluster {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  /** The path of a kubeconfig for a cluster admin. */
  readonly kubeconfig: string;
  readonly requests: RequestCounter;
  /** The objects themselves, for tests that want to look without a request. */
  readonly store: Store;
  /** Closes all connections and frees the port; may be called twice. */
  readonly stop: () => Promise<void>;
}

/** Starts a Kubernetes API on loopback with the usual controllers, and writes a kubeconfig for it. */
export async function startCluster(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const name = options.name ?? 'embedded';
  const world = createWorld(options);
  const nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => `node-${index + 1}`);
  const stopControllers = startControllers(world, { readyDelayMs: options.readyDelayMs ?? 20, nodes });
  furnish(world, nodes, options.crds ?? []);
  const requests = createCounter();
  const server = createApiServer(world, {
    bookmarkMs: options.bookmarkMs ?? 60_000,
    count: requests.count,
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const kubeconfig = await writeKubeconfig({ name, url, token: options.token, path: options.kubeconfigPath });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopControllers();
    await close(server);
    if (options.kubeconfigPath === undefined) await rm(dirname(kubeconfig), { recursive: true, force: true });
  };
  return { name, url, port, kubeconfig, requests, store: world.store, stop: () => (stopping ??= stop()) };
}

function createWorld({ clock = systemClock, historyLimit = 1000 }: ClusterOptions): World {
  let names = 0;
  let addresses = 0;
  return {
    store: createStore(historyLimit),
    resources: createResources(),
    clock,
    uid: randomUUID,
    suffix: () => suffixOf((names += 1)),
    clusterIp: () => {
      addresses += 1;
      return `10.96.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`;
    },
  };
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters, different for the first 14 million numbers and without an order that can be seen. */
function suffixOf(number: number): string {
  const size = alphabet.length ** 5;
  let rest = (number * 7_368_787) % size;
  let text = '';
  for (let index = 0; index < 5; index += 1) {
    text += alphabet[rest % alphabet.length] ?? '';
    rest = Math.floor(rest / alphabet.length);
  }
  return text;
}

/** What every cluster has from the start. */
function furnish(world: World, nodes: readonly string[], crds: readonly CrdSet[]): void {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
    seed(world, 'namespaces', { metadata: { name } });
  const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }];
  seed(world, 'services', {
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { ports },
  });
  for (const name of nodes) {
    const node = seed(world, 'nodes', { metadata: { name, labels: { 'kubernetes.io/hostname': name } } });
    const time = timestamp(world.clock.now());
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
      lastHeartbeatTime: time,
      lastTransitionTime: time,
    };
    const resources = { cpu: '64', memory: '256Gi', pods: '5000' };
    const status = {
      capacity: resources,
      allocatable: resources,
      conditions: [ready],
      nodeInfo: { kubeletVersion: 'v1.36.3' },
    };
    updateObject(world, callFor(world, 'nodes', node, 'status'), (live) => ({ ...live, status }));
  }
  for (const set of crds)
    for (const crd of crdSets[set]) seed(world, 'customresourcedefinitions.apiextensions.k8s.io', crd);
}

function seed(world: World, resource: string, object: JsonObject & Pick<KubeObject, 'metadata'>): KubeObject {
  return createObject(world, callFor(world, resource, object), object);
}

function callFor(
  world: World,
  id: string,
  { metadata }: Pick<KubeObject, 'metadata'>,
  subresource?: Subresource,
): Call {
  const resource = world.resources.byId(id);
  if (resource === undefined) throw new Error(`no such resource: ${id}`);
  const call = {
    resource,
    version: 'v1',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    manager: 'kube-apiserver',
  };
  return subresource === undefined ? call : { ...call, subresource };
}

const writing = ['create', 'update', 'patch', 'apply', 'delete', 'deletecollection'];

function createCounter(): RequestCounter & { readonly count: (verb: string, resource: string) => void } {
  const by = new Map<string, number>();
  const sum = (keep: (key: string) => boolean): number =>
    [...by].reduce((total, [key, value]) => (keep(key) ? total + value : total), 0);
  return {
    by,
    count: (verb, resource) => by.set(`${verb} ${resource}`, (by.get(`${verb} ${resource}`) ?? 0) + 1),
    total: () => sum(() => true),
    writes: () => sum((key) => writing.includes(key.split(' ')[0] ?? '')),
    reset: () => by.clear(),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function writeKubeconfig({
  name,
  url,
  token,
  path,
}: {
  name: string;
  url: string;
  token: string | undefined;
  path: string | undefined;
}): Promise<string> {
  const file = path ?? join(await mkdtemp(join(tmpdir(), 'sluice-cluster-')), 'kubeconfig');
  const text = [
    'apiVersion: v1',
    'kind: Config',
    `current-context: ${name}`,
    'clusters:',
    `  - { name: ${name}, cluster: { server: "${url}" } }`,
    'users:',
    `  - { name: admin, user: ${token === undefined ? '{}' : `{ token: ${JSON.stringify(token)} }`} }`,
    'contexts:',
    `  - { name: ${name}, context: { cluster: ${name}, user: admin } }`,
    '',
  ].join('\n');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
