import { groupKindOf, idOf, type KubeObject } from '../../shared/model/object.ts';
import {
  at,
  isSet,
  items,
  members,
  objectNode,
  refuse,
  shown,
  textOf,
  type Check,
  type Node,
  type Refusal,
} from './node.ts';

/** The Pod Security Standards that say what a pod may do. */
export const podStandards = ['baseline', 'restricted'] as const;
export type PodStandard = (typeof podStandards)[number];

/** A rule of a standard, for the spec of a pod with all its containers. */
type Rule = (pod: Node, containers: readonly Node[]) => void;

/** What a pod asks for that a standard (of Kubernetes 1.36) does not let it have; nothing for an object that makes no pods. */
export function podSecurity(object: KubeObject, standard: PodStandard): readonly Refusal[] {
  const path = templates[groupKindOf(idOf(object))];
  if (path === undefined) return [];
  const holder = at(objectNode(object), ...path);
  const pod = at(holder, 'spec');
  if (!isSet(pod)) return [];
  const containers = containerLists.flatMap((list) => items(at(pod, list)));
  const rules = standard === 'baseline' ? baseline : [...baseline, ...restricted];
  appArmorAnnotations(holder);
  for (const rule of rules) rule(pod, containers);
  return holder.found;
}

/** Where a kind has the pod that it makes. */
const templates: Readonly<Record<string, readonly string[]>> = {
  '/Pod': [],
  '/PodTemplate': ['template'],
  '/ReplicationController': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/Deployment': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  'batch/Job': ['spec', 'template'],
};
const containerLists = ['initContainers', 'containers', 'ephemeralContainers'];

/** Where a pod and its containers say something together. */
const contexts = (pod: Node, containers: readonly Node[], ...steps: readonly string[]): readonly Node[] =>
  [pod, ...containers].map((node) => at(node, 'securityContext', ...steps));

/** Refused is a value that is there and is none of a few; absent is always allowed. */
function only(node: Node, allowed: readonly unknown[], hint?: string): void {
  if (isSet(node) && !allowed.includes(node.value)) refuse(node, `is ${shown(node.value)}`, hint);
}

const each =
  (check: Check, ...steps: readonly string[]): Rule =>
  (pod, containers) =>
    contexts(pod, containers, ...steps).forEach(check);

const addable = [
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
];
const sysctls = [
  ...['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_local_reserved_ports'],
  ...['net.ipv4.ip_unprivileged_port_start', 'net.ipv4.ping_group_range', 'net.ipv4.tcp_fin_timeout'],
  ...['net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_keepalive_time'],
  ...['net.ipv4.tcp_rmem', 'net.ipv4.tcp_syncookies', 'net.ipv4.tcp_wmem'],
];
const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const profiles = ['RuntimeDefault', 'Localhost'];

const baseline: readonly Rule[] = [
  function hostNamespaces(pod) {
    for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) only(at(pod, name), [false], 'remove it');
  },
  each((node) => only(node, [false]), 'windowsOptions', 'hostProcess'),
  each((node) => only(node, [false], 'remove it'), 'privileged'),
  (_, containers) => capabilities(containers, 'add', addable),
  function hostPaths(pod) {
    for (const volume of items(at(pod, 'volumes'))) {
      const source = at(volume, 'hostPath');
      if (isSet(source)) refuse(source, 'reads the disk of the node', 'use a claim or an emptyDir');
    }
  },
  function hostPorts(_, containers) {
    for (const port of containers.flatMap((one) => items(at(one, 'ports')))) only(at(port, 'hostPort'), [0]);
  },
  function hostsOfProbes(_, containers) {
    const handlers = containers.flatMap((one) => [
      ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((name) => at(one, name)),
      ...['postStart', 'preStop'].map((name) => at(one, 'lifecycle', name)),
    ]);
    for (const handler of handlers) {
      for (const how of ['httpGet', 'tcpSocket']) only(at(handler, how, 'host'), [''], 'remove it');
    }
  },
  each((node) => only(node, profiles), 'appArmorProfile', 'type'),
  each((node) => only(node, seLinuxTypes), 'seLinuxOptions', 'type'),
  each((node) => only(node, ['']), 'seLinuxOptions', 'user'),
  each((node) => only(node, ['']), 'seLinuxOptions', 'role'),
  each((node) => only(node, ['Default']), 'procMount'),
  each((node) => only(node, profiles), 'seccompProfile', 'type'),
  function safeSysctls(pod) {
    for (const one of items(at(pod, 'securityContext', 'sysctls'))) only(at(one, 'name'), sysctls);
  },
];

const volumes = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected'],
  'secret',
];

const restricted: readonly Rule[] = [
  function volumeTypes(pod) {
    for (const [name, source] of items(at(pod, 'volumes')).flatMap((one) => members(one))) {
      if (name !== 'name' && name !== 'hostPath' && isSet(source) && !volumes.includes(name))
        refuse(source, 'is not a volume that it may have', `volumes: ${volumes.join(', ')}`);
    }
  },
  function escalation(pod, containers) {
    for (const one of isWindows(pod) ? [] : containers) {
      const node = at(one, 'securityContext', 'allowPrivilegeEscalation');
      if (node.value !== false) refuse(node, 'must be false');
    }
  },
  (pod, containers) => inherited(pod, containers, { steps: ['runAsNonRoot'], allowed: [true], words: 'must be true' }),
  function rootUser(pod, containers) {
    for (const node of contexts(pod, containers, 'runAsUser')) if (node.value === 0) refuse(node, 'is root');
  },
  function seccomp(pod, containers) {
    if (isWindows(pod)) return;
    const words = `must be ${profiles.join(' or ')}`;
    inherited(pod, containers, { steps: ['seccompProfile', 'type'], allowed: profiles, words });
  },
  function dropped(pod, containers) {
    for (const one of isWindows(pod) ? [] : containers) {
      const node = at(one, 'securityContext', 'capabilities', 'drop');
      if (!items(node).some(({ value }) => value === 'ALL')) refuse(node, 'must have ALL');
    }
    if (!isWindows(pod)) capabilities(containers, 'add', ['NET_BIND_SERVICE'], addable);
  },
];

/** What the pod says for all its containers, or each of them says for itself; what is wrong already is told once. */
function inherited(
  pod: Node,
  containers: readonly Node[],
  {
    steps,
    allowed,
    words,
  }: { readonly steps: readonly string[]; readonly allowed: readonly unknown[]; readonly words: string },
): void {
  const ofPod = at(pod, 'securityContext', ...steps);
  const isForAll = allowed.includes(ofPod.value);
  for (const one of containers) {
    const own = at(one, 'securityContext', ...steps);
    const isTold = steps.length > 1 && isSet(own);
    if (isSet(own) ? !allowed.includes(own.value) && !isTold : !isForAll) refuse(own, words);
  }
}

/** Capabilities that containers may not add; where some are named, among those alone. */
function capabilities(
  containers: readonly Node[],
  member: 'add',
  allowed: readonly string[],
  among: readonly string[] | null = null,
): void {
  const lists = containers.map((one) => at(one, 'securityContext', 'capabilities', member));
  for (const one of lists.flatMap((list) => items(list))) {
    const name = textOf(one) ?? '';
    if (!allowed.includes(name) && (among === null || among.includes(name)))
      refuse(one, `is ${shown(one.value)}`, `may be added: ${allowed.join(', ')}`);
  }
}

function appArmorAnnotations(holder: Node): void {
  for (const [key, node] of members(at(holder, 'metadata', 'annotations'))) {
    if (!key.startsWith('container.apparmor.security.beta.kubernetes.io/')) continue;
    const value = textOf(node) ?? '';
    if (!['', 'runtime/default'].includes(value) && !value.startsWith('localhost/'))
      refuse(node, `is ${shown(node.value)}`);
  }
}

function isWindows(pod: Node): boolean {
  return at(pod, 'os', 'name').value === 'windows';
}
