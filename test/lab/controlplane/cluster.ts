import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binaries } from './binaries.ts';
import { rawClient, sendOk } from './client.ts';
import type { RawClient } from './client.ts';
import { applyCrds, createNodes, serviceAccountExists } from './content.ts';
import * as flags from './flags.ts';
import type { Plan, User } from './flags.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { freePort } from '../../fakes/port.ts';
import { processGroup } from './processes.ts';
import type { ProcessGroup } from './processes.ts';
import type { CrdSet } from './versions.ts';
import { waitFor } from './wait.ts';

export type ClusterOptions = {
  readonly name: string;
  readonly binaries: Binaries;
  readonly crds?: readonly CrdSet[];
  /** Number of nodes that kwok plays; default 1. */
  readonly nodes?: number;
  /** Writes every request (metadata level) to `folder/audit.log`. */
  readonly audit?: boolean;
};

/** A running control plane on 127.0.0.1. */
export type Cluster = {
  readonly name: string;
  readonly url: string;
  /** PEM of the certificate authority. */
  readonly ca: string;
  readonly adminToken: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Data, logs (`NAME.log`) and keys; removed by `stop`. */
  readonly folder: string;
  /** The administrator's client. */
  readonly admin: RawClient;
  /** Kills the API server, as a crash or a lost machine does; everything else goes on. */
  stopServer(): Promise<void>;
  /** Starts it again on its port; resolves when it is ready. */
  startServer(): Promise<void>;
  /** Process ids by program name. */
  pids(): Readonly<Record<string, number>>;
  /** Kills all its processes and removes its folder; may be called twice. */
  stop(): Promise<void>;
};

/** Starts a control plane with default namespace, nodes and CRDs ready to use; about 5 s, and 500 MB of memory. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), `sluice-controlplane-${options.name}-`));
  const group = processGroup(folder);
  const dispose = async (): Promise<void> => {
    await group.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return await Promise.race([group.failed, start(options, folder, group, dispose)]);
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function start(
  options: ClusterOptions,
  folder: string,
  group: ProcessGroup,
  dispose: () => Promise<void>,
): Promise<Cluster> {
  const plan = await makePlan(options, folder);
  const tokens = await writeSecrets(folder);
  const run = options.binaries.programs;

  group.start('etcd', run.etcd, flags.etcdArgs(plan));
  group.start('kube-apiserver', run['kube-apiserver'], flags.apiserverArgs(plan));
  const ca = await waitFor('the certificate of the API server', () => readCertificate(folder));
  for (const [user, token] of Object.entries(tokens)) {
    const text = kubeconfigText(options.name, plan.url, ca, { token });
    await writeFile(join(folder, `${user}.kubeconfig`), text, { mode: 0o600 });
  }
  const admin = rawClient(plan.url, ca, tokens.admin);
  await waitFor('the API server', () => isReady(admin));
  group.start('kube-controller-manager', run['kube-controller-manager'], flags.controllerManagerArgs(plan));
  group.start('kube-scheduler', run['kube-scheduler'], flags.schedulerArgs(plan));
  group.start('kwok', run.kwok, flags.kwokArgs(plan, fileURLToPath(new URL('./stages.yaml', import.meta.url))));
  await Promise.all([
    createNodes(admin, options.nodes ?? 1),
    ...(options.crds ?? []).map(async (set) => applyCrds(admin, options.binaries.crds[set])),
    waitFor('the first service account', () => serviceAccountExists(admin, 'default')),
  ]);
  return {
    name: options.name,
    url: plan.url,
    ca,
    adminToken: tokens.admin,
    kubeconfig: join(folder, 'admin.kubeconfig'),
    folder,
    admin,
    stopServer: () => group.end('kube-apiserver'),
    startServer: async () => {
      group.start('kube-apiserver', run['kube-apiserver'], flags.apiserverArgs(plan));
      await waitFor('the API server to be back', () => isReady(admin));
    },
    pids: () => group.pids(),
    stop: async () => {
      admin.close();
      await dispose();
    },
  };
}

async function makePlan({ binaries, audit = false }: ClusterOptions, folder: string): Promise<Plan> {
  const [port, etcdPort, etcdPeerPort] = [await freePort(), await freePort(), await freePort()];
  return { binaries, folder, url: `https://127.0.0.1:${port}`, port, etcdPort, etcdPeerPort, audit };
}

async function writeSecrets(folder: string): Promise<Record<User, string>> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const names = Object.keys(flags.users) as User[];
  const tokens = Object.fromEntries(names.map((user) => [user, randomBytes(24).toString('hex')])) as Record<
    User,
    string
  >;
  const lines = names.map((user) => `${tokens[user]},${flags.users[user].name},${user},"${flags.users[user].group}"`);
  await mkdir(join(folder, 'pki'));
  await writeFile(join(folder, 'service-account.key'), privateKey, { mode: 0o600 });
  await writeFile(join(folder, 'tokens.csv'), `${lines.join('\n')}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'audit-policy.yaml'), auditPolicy);
  return tokens;
}

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{ level: Metadata }]
`;

/** The server writes the file in one go but not atomically, hence the look at its end. */
async function readCertificate(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'pki', 'apiserver.crt'), 'utf8').catch(() => '');
  return text.endsWith('-----END CERTIFICATE-----\n') ? text : undefined;
}

async function isReady(admin: RawClient): Promise<true | undefined> {
  return sendOk(admin, { path: '/readyz' }).then(
    () => true,
    () => undefined,
  );
}
