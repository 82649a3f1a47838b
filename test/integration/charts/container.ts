import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../../../shared/model/object.ts';
import { imageTarget, makeRoot } from './image.ts';
import { only } from './helm.ts';

/** What a node and a cluster add to what the chart says. */
export interface ContainerSetting {
  /** Target of the Dockerfile. */
  readonly image: 'agent' | 'hub';
  /** Folder of the bundles. */
  readonly dist: string;
  /** The release's objects: its one Pod, else its one Deployment, is run, and its Secrets and ConfigMaps fill the volumes. */
  readonly objects: readonly KubeObject[];
  /** The token and authority that a projected volume gets. */
  readonly account?: { readonly token: string; readonly ca: string; readonly namespace: string };
  /** Where the API server is, as every pod's environment says it. */
  readonly kubernetes?: { readonly host: string; readonly port: number };
  /** The folder of the claims that are mounted, one folder each; they outlive the container. */
  readonly claims?: string;
  /** A process in whose network the container lives; absent = in this machine's. */
  readonly network?: number;
  readonly logFile: string;
}

/** A container of a chart's pod, run without a container runtime. */
export interface Container {
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** Runs the image's program again beside the first one, as `kubectl exec` does. */
  readonly exec: (...args: readonly string[]) => Promise<{ status: number; stdout: string; stderr: string }>;
  /** A folder of the container, as this machine sees it. */
  readonly path: (path: string) => string;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

interface PodSpec {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number; readonly fsGroup: number };
  readonly containers: readonly [ContainerSpec];
  readonly volumes: readonly Volume[];
}
interface ContainerSpec {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}
interface Item {
  readonly key: string;
  readonly path: string;
}
interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly items: readonly Item[] };
  readonly configMap?: { readonly name: string; readonly items: readonly Item[] };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: unknown;
}

/** True where this process may make namespaces of mounts: root on Linux, not inside most containers. */
export const canContain =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The specification of a release's Pod, or of the pods of its Deployment where there is none yet. */
export function podOf(objects: readonly KubeObject[]): PodSpec {
  const pod = objects.find(({ kind }) => kind === 'Pod');
  if (pod !== undefined) return pod['spec'] as PodSpec;
  return (only(objects, 'Deployment') as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
}

/**
 * Runs the pod of a chart: the image's files and nothing else as a read-only root, the chart's command, arguments, environment,
 * volumes, user and group, without capabilities. Only volumes that the chart mounts for writing can be written.
 */
export async function startContainer(setting: ContainerSetting): Promise<Container> {
  const pod = podOf(setting.objects);
  const [spec] = pod.containers;
  const folder = await mkdtemp(join(tmpdir(), `sluice-image-${setting.image}-`));
  const [root, volumes] = [join(folder, 'root'), join(folder, 'volumes')];
  await makeRoot(root, await imageTarget(setting.image), setting.dist);
  const sourceOf = ({ name, persistentVolumeClaim: claim }: Volume): string =>
    claim === undefined || setting.claims === undefined ? join(volumes, name) : join(setting.claims, claim.claimName);
  /** A folder of the container, as this machine sees it: in the innermost volume that is mounted around it. */
  const hostPath = (path: string): string => {
    const [mount] = spec.volumeMounts
      .filter(({ mountPath }) => path !== mountPath && path.startsWith(`${mountPath}/`))
      .sort((a, b) => b.mountPath.length - a.mountPath.length);
    if (mount === undefined) return join(root, path);
    return join(sourceOf(pod.volumes.find(({ name }) => name === mount.name)!), path.slice(mount.mountPath.length));
  };
  const mounts: string[] = [`mount --bind ${process.execPath} ${root}/nodejs/bin/node`];
  for (const { name, mountPath, readOnly } of spec.volumeMounts) {
    const volume = pod.volumes.find((one) => one.name === name)!;
    const source = sourceOf(volume);
    await fillVolume(source, pod, volume, setting);
    await mkdir(hostPath(mountPath), { recursive: true });
    mounts.push(`mount --bind ${source} ${root}${mountPath}`);
    if (readOnly === true) mounts.push(`mount -o remount,ro,bind ${root}${mountPath}`);
  }
  await chmod(folder, 0o755);
  const { runAsUser, runAsGroup } = pod.securityContext;
  const script = [
    `mount --bind ${root} ${root}`,
    `mount --rbind /proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    ...mounts,
    `mount -o remount,ro,bind ${root}`,
    `exec setpriv --no-new-privs chroot --userspec=${runAsUser}:${runAsGroup} --groups=${runAsGroup} ${root} "$@"`,
  ].join('\n');
  const inside = setting.network === undefined ? [] : ['nsenter', `--net=/proc/${setting.network}/ns/net`];
  const line = [...inside, 'unshare', '--mount', 'sh', '-e', '-c', script, 'sh', ...spec.command, ...spec.args];
  const child = spawn(line[0]!, line.slice(1), {
    cwd: '/',
    // PATH finds mount and chroot; the image has no program that could use it.
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...environment(spec, setting) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const log = createWriteStream(setting.logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = once(child, 'exit').then(() => running.delete(child));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const owner = [`--setuid=${runAsUser}`, `--setgid=${runAsGroup}`];
  return {
    pid: child.pid ?? -1,
    isRunning,
    exec: (...args) =>
      run(['nsenter', `--target=${child.pid ?? -1}`, '--mount', '--net', '--root', '--wdns=/', ...owner, spec.command[0]!, ...args]),
    path: hostPath,
    stop: async (signal = 'SIGTERM') => {
      if (isRunning()) child.kill(signal);
      await ended;
      await rm(folder, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

function environment(spec: ContainerSpec, { kubernetes, objects }: ContainerSetting): Record<string, string> {
  const services =
    kubernetes === undefined
      ? {}
      : { KUBERNETES_SERVICE_HOST: kubernetes.host, KUBERNETES_SERVICE_PORT: String(kubernetes.port) };
  const env: Record<string, string> = { ...services };
  const podName =
    objects.find(({ kind }) => kind === 'Pod')?.metadata.name ??
    `pod-of-${spec.command.at(-1)?.split('/').at(-1) ?? ''}`;
  for (const { name, value, valueFrom } of spec.env ?? []) {
    const field = JSON.stringify(valueFrom ?? null);
    if (value === undefined && !field.includes('"metadata.name"')) throw new Error(`${name} comes from ${field}`);
    env[name] = (value ?? podName).replace(/\$\((\w+)\)/g, (_, other: string) => env[other] ?? '');
  }
  return env;
}

/** Writes a volume's files as a kubelet does: for the group alone where they are secret. */
async function fillVolume(folder: string, pod: PodSpec, volume: Volume, setting: ContainerSetting): Promise<void> {
  const { fsGroup } = pod.securityContext;
  await mkdir(folder, { recursive: true });
  for (const [path, content] of Object.entries(filesOf(volume, setting))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { mode: 0o440 });
    await chown(join(folder, path), 0, fsGroup);
  }
  await chown(folder, 0, fsGroup);
  await chmod(folder, 0o2770);
}

function filesOf(volume: Volume, { objects, account }: ContainerSetting): Record<string, Buffer> {
  const named = (kind: string, name: string, items: readonly Item[]) => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    const data = (found?.['data'] ?? {}) as Readonly<Record<string, string>>;
    return Object.fromEntries(
      items.map(({ key, path }) => [path, Buffer.from(data[key] ?? '', kind === 'Secret' ? 'base64' : 'utf8')]),
    );
  };
  if (volume.secret !== undefined) return named('Secret', volume.secret.secretName, volume.secret.items);
  if (volume.configMap !== undefined) return named('ConfigMap', volume.configMap.name, volume.configMap.items);
  if (volume.projected === undefined) return {};
  if (account === undefined) throw new Error('no token for the projected volume');
  const { token, ca, namespace } = account;
  return { token: Buffer.from(token), 'ca.crt': Buffer.from(ca), namespace: Buffer.from(namespace) };
}

function run(command: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    execFile(program, args, { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
