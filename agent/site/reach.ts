import type { Digest } from '../../shared/lib/canonical.ts';
import type { Reach } from '../model/site.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';

/** Namespaces whose objects run the cluster, or are read by every node and every stranger. */
const systemNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** Why an object must not be written or deleted here because of its namespace; null = it may. A site that lists the namespace allows it. */
export function namespaceObjection(
  id: ObjectId,
  { reach, namespaces }: { readonly reach: Reach; readonly namespaces: readonly string[] | null },
): string | null {
  const { group, kind, namespace, name } = parseObjectId(id);
  const where = group === '' && kind === 'Namespace' ? name : namespace;
  if (reach.systemNamespaces || !systemNamespaces.has(where) || namespaces?.includes(where) === true) return null;
  return `${where} is a namespace of Kubernetes itself: this site allows it with --allow-system-namespaces (chart: reach.systemNamespaces)`;
}

/** Why an object must not be written here because of what it would run; null = it may. */
export type ContentCheck = (object: { readonly id: ObjectId; readonly digest: Digest }) => string | null;

/** Answers that are remembered: more than a bundle has objects. */
const mostRemembered = 20_000;

/** Makes the check of contents; each text is read once. What cannot be read now cannot be written either. */
export function openContentCheck(text: (digest: Digest) => string | null, reach: Reach): ContentCheck {
  const known = new Map<Digest, string | null>();
  return ({ id, digest }) => {
    if (reach.hosts || withoutPods.test(id)) return null;
    const remembered = known.get(digest);
    if (remembered !== undefined) return remembered;
    const content = text(digest);
    if (content === null) return null;
    const found = contentObjection(content);
    if (known.size >= mostRemembered) known.clear();
    known.set(digest, found);
    return found;
  };
}

function contentObjection(text: string): string | null {
  try {
    return hostObjection(JSON.parse(text));
  } catch {
    return 'it is not JSON';
  }
}

/** Kinds that are large and hold no pods. */
const withoutPods = /^\/(ConfigMap|Secret)\//;

/** How an object would reach into a node, in words; null = it would not. Custom resources that hold pods in the usual places count. */
export function hostObjection(object: unknown): string | null {
  const pods = podSpecsOf(object).map(podReach);
  const why = [volumeReach(at(object, 'spec')), ...pods].find((found) => found !== null) ?? null;
  if (why === null) return null;
  return `it reaches into the node (${why}): this site allows that with --allow-host-access (chart: reach.hosts)`;
}

const podSpecPaths = [
  ['spec'],
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['template', 'spec'],
] as const;

function podSpecsOf(object: unknown): unknown[] {
  return podSpecPaths
    .map((path) => path.reduce<unknown>(at, object))
    .filter((spec) => listOf(spec, 'containers').length > 0);
}

const sharedWithNode = ['hostNetwork', 'hostPID', 'hostIPC'] as const;

function podReach(spec: unknown): string | null {
  const shared = sharedWithNode.find((name) => isOn(at(spec, name)));
  if (shared !== undefined) return shared;
  if (listOf(spec, 'volumes').some((volume) => isOn(at(volume, 'hostPath')))) return 'a hostPath volume';
  if (isOn(at(at(at(spec, 'securityContext'), 'windowsOptions'), 'hostProcess'))) return 'hostProcess';
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((name) => listOf(spec, name));
  return containers.map(containerReach).find((found) => found !== null) ?? null;
}

/** Capabilities that a container has anyway, or that reach no further (the profile `baseline` of Pod Security). */
const harmless: ReadonlySet<unknown> = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP'],
  ...['SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

function containerReach(container: unknown): string | null {
  const context = at(container, 'securityContext');
  if (isOn(at(context, 'privileged'))) return 'a privileged container';
  if (isOn(at(at(context, 'windowsOptions'), 'hostProcess'))) return 'hostProcess';
  const added = listOf(at(context, 'capabilities'), 'add').find((name) => !harmless.has(name));
  if (added !== undefined) return `the capability ${JSON.stringify(added)}`;
  const mount = at(context, 'procMount');
  if (isOn(mount) && mount !== 'Default') return `procMount ${JSON.stringify(mount)}`;
  return listOf(container, 'ports').some((port) => isOn(at(port, 'hostPort'))) ? 'a hostPort' : null;
}

/** A volume of the cluster that is a folder of a node. */
function volumeReach(spec: unknown): string | null {
  if (listOf(spec, 'containers').length > 0) return null;
  const kind = ['hostPath', 'local'].find((name) => typeof at(at(spec, name), 'path') === 'string');
  return kind === undefined ? null : `a ${kind} volume`;
}

/** Anything but nothing: what the API server would refuse is none of ours to judge. */
function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

function at(node: unknown, key: string): unknown {
  if (node === null || typeof node !== 'object' || !Object.hasOwn(node, key)) return undefined;
  return (node as Readonly<Record<string, unknown>>)[key];
}

function listOf(node: unknown, key: string): readonly unknown[] {
  const list = at(node, key);
  return Array.isArray(list) ? list : [];
}
