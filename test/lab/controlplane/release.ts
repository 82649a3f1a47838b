import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chartFolder } from '../../config/chartdocs.ts';
import { openClusterView, type ClusterView } from '../demo/cluster-view.ts';
import { podOf, startContainer, type Container } from '../../integration/charts/container.ts';
import { helm, helmBinary, type HelmAnswer } from '../../integration/charts/helm.ts';
import { startNetwork, type Network } from '../../integration/charts/network.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { sendOk } from './client.ts';
import { startCluster, type Cluster, type ClusterOptions } from './cluster.ts';
import { requestsOf, type AuditEvent } from './rights.ts';
import { waitFor } from './wait.ts';

/** The namespace that the printed line names. */
export const namespace = 'sluice-system';
const account = `system:serviceaccount:${namespace}:sluice-agent`;
const checkout = fileURLToPath(new URL('../../..', import.meta.url));
/** The port of the probes in the chart's values. */
const probePort = 8081;

/** A real API server, and on it a release of the agent's chart whose pod runs here as a kubelet would run it. */
export interface Site {
  readonly name: string;
  readonly cluster: Cluster;
  readonly view: ClusterView;
  /** The pod's network: it reaches the API server and the hub, as long as nobody cuts that. */
  readonly network: Network;
  readonly get: (path: string) => Promise<KubeObject>;
  readonly list: (path: string) => Promise<readonly KubeObject[]>;
  /** 200, 404 ...: whether something is there. */
  readonly statusOf: (path: string) => Promise<number>;
  /** Runs a line of a shell in the checkout, with this cluster as the current one. */
  readonly shell: (line: string) => Promise<HelmAnswer>;
  /** `helm VERB sluice-agent ARGS` in the release's namespace. */
  readonly helm: (verb: string, ...args: readonly string[]) => Promise<HelmAnswer>;
  /** Runs the pod that the API server has now; resolves when its probe says that it is ready. */
  readonly start: () => Promise<void>;
  readonly agent: () => Container;
  /** The agent's requests so far, as the API server noted them. */
  readonly requests: () => Promise<readonly AuditEvent[]>;
  /** Times in which its rights were taken away or not yet read: what is refused then says nothing about the chart. */
  readonly excuse: {
    readonly begin: () => void;
    readonly end: () => void;
    readonly holds: (event: AuditEvent) => boolean;
  };
  readonly close: () => Promise<void>;
}

/** Starts the cluster of a site and its network; the release comes later, by the line that the hub prints. */
export async function startSite(
  options: Pick<ClusterOptions, 'name' | 'binaries'> & {
    readonly folder: string;
    readonly dist: string;
    /** Ports of this machine, beside the API server's, that the pod reaches: the hub's, a Git host's. */
    readonly ports: readonly number[];
  },
): Promise<Site> {
  const folder = join(options.folder, options.name);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const { name, binaries } = options;
  const cluster = await startCluster({ name, binaries, crds: ['istio', 'gateway-api'], audit: true });
  const apiPort = Number(new URL(cluster.url).port);
  const network = await startNetwork(folder, { ports: [apiPort, ...options.ports], probePort });
  const view = openClusterView(cluster.kubeconfig);
  const logFile = join(folder, 'agent.log');
  let agent: Container | null = null;

  const get = (path: string) => sendOk(cluster.admin, { path }) as Promise<KubeObject>;
  const list = async (path: string) => ((await get(path)) as unknown as { items: KubeObject[] }).items;
  const start = async (): Promise<void> => {
    const objects = await podAndFiles({ get, list }, namespace, 'sluice-agent');
    const [pod] = objects;
    const container = await startContainer({
      image: 'agent',
      dist: options.dist,
      objects,
      account: await mountedAccount(cluster, pod),
      kubernetes: { host: '127.0.0.1', port: apiPort },
      network: network.pid,
      logFile,
    });
    agent = container;
    await waitFor(`the agent of ${name} to be ready; its log is ${logFile}`, async () => {
      if (!container.isRunning()) throw new Error(`the agent of ${name} ended; its log is ${logFile}`);
      return (await network.probe('/readyz')) === 200 ? true : undefined;
    });
  };
  return {
    name,
    cluster,
    view,
    network,
    get,
    list,
    statusOf: async (path) => (await cluster.admin.send({ path })).status,
    shell: (line) => shell(line, cluster.kubeconfig),
    helm: (verb, ...args) => {
      const chart = verb === 'uninstall' ? [] : [chartFolder('agent')];
      return helm(verb, 'sluice-agent', ...chart, '-n', namespace, '--kubeconfig', cluster.kubeconfig, ...args);
    },
    start,
    agent: () => {
      if (agent === null) throw new Error(`no agent of ${name} was started`);
      return agent;
    },
    requests: () => requestsOf(join(cluster.folder, 'audit.log'), account),
    excuse: excuses(),
    close: async () => {
      await agent?.stop('SIGKILL');
      view.close();
      await network.close();
      await cluster.stop();
    },
  };
}

function excuses(): Site['excuse'] {
  const times: { readonly from: number; to: number }[] = [];
  return {
    begin: () => void times.push({ from: Date.now(), to: Number.POSITIVE_INFINITY }),
    end: () => {
      const last = times.at(-1);
      if (last !== undefined) last.to = Date.now();
    },
    holds: ({ requestReceivedTimestamp }) => {
      const at = Date.parse(requestReceivedTimestamp);
      return times.some(({ from, to }) => from <= at && at <= to);
    },
  };
}

/** The Pod that belongs to what the Deployment says now, and the Secrets and ConfigMaps that it mounts. */
export async function podAndFiles(
  { get, list }: Pick<Site, 'get' | 'list'>,
  namespace: string,
  name: string,
): Promise<[KubeObject, ...KubeObject[]]> {
  const pod = await waitFor('the pod of the release', async () => {
    const deployment = await get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
    const { observedGeneration, replicas, updatedReplicas } = deployment['status'] as Record<string, number>;
    const pods = await list(`/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io/name=${name}`);
    const isRolled =
      observedGeneration === deployment.metadata.generation &&
      replicas === 1 &&
      updatedReplicas === 1 &&
      pods.length === 1;
    return isRolled ? pods[0] : undefined;
  });
  const files = podOf([{ ...pod, kind: 'Pod' }]).volumes.flatMap(({ secret, configMap }) => [
    ...(secret === undefined ? [] : [['Secret', 'secrets', secret.secretName] as const]),
    ...(configMap === undefined ? [] : [['ConfigMap', 'configmaps', configMap.name] as const]),
  ]);
  const found = await Promise.all(
    files.map(async ([kind, plural, name]) => ({
      ...(await get(`/api/v1/namespaces/${namespace}/${plural}/${name}`)),
      kind,
    })),
  );
  return [{ ...pod, kind: 'Pod' }, ...found];
}

/** What a kubelet puts into the projected volume: a token of the pod's account from the TokenRequest API, and the cluster's authority. */
async function mountedAccount({ admin }: Cluster, pod: KubeObject) {
  const { serviceAccountName } = pod['spec'] as { serviceAccountName: string };
  const answer = (await sendOk(admin, {
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccountName}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
  })) as { status: { token: string } };
  const authority = (await sendOk(admin, { path: `/api/v1/namespaces/${namespace}/configmaps/kube-root-ca.crt` })) as {
    data: Record<string, string>;
  };
  return { token: answer.status.token, ca: authority.data['ca.crt'] ?? '', namespace };
}

function shell(line: string, kubeconfig: string): Promise<HelmAnswer> {
  const home = join(tmpdir(), 'sluice-helm');
  const env = {
    PATH: [dirname(helmBinary ?? ''), process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    KUBECONFIG: kubeconfig,
  };
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { cwd: checkout, env }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
