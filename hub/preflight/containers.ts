import { exceeds, isImage, name, quantity } from './formats.ts';
import {
  at,
  choice,
  choiceOrEmpty,
  distinct,
  isSet,
  items,
  list,
  members,
  refuse,
  required,
  shown,
  text,
  textOf,
  whole,
  type Node,
} from './node.ts';

const lists = ['command', 'args', 'ports', 'env', 'envFrom', 'volumeMounts'];
const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

/** What is refused of one container; `isInit` for one of initContainers, `volumes` are the names that it may mount. */
export function container(node: Node, volumes: ReadonlySet<string>, isInit: boolean): void {
  required(at(node, 'name'));
  name(at(node, 'name'), 'label');
  image(at(node, 'image'));
  choiceOrEmpty(at(node, 'imagePullPolicy'), 'Always', 'IfNotPresent', 'Never');
  for (const member of lists) list(at(node, member));
  for (const words of ['command', 'args']) for (const word of items(at(node, words))) text(word);
  ports(at(node, 'ports'));
  env(at(node, 'env'));
  for (const source of items(at(node, 'envFrom'))) oneOf(source, ['configMapRef', 'secretRef'], 'source');
  resources(at(node, 'resources'));
  mounts(at(node, 'volumeMounts'), volumes);
  const isSidecar = at(node, 'restartPolicy').value === 'Always';
  for (const probe of probes) {
    if (isInit && !isSidecar && isSet(at(node, probe)))
      refuse(at(node, probe), 'is not allowed for a container that runs to its end');
    else probeOf(at(node, probe), probe);
  }
  for (const hook of ['postStart', 'preStop']) {
    const handler = at(node, 'lifecycle', hook);
    if (isSet(handler)) oneOf(handler, ['exec', 'httpGet', 'tcpSocket', 'sleep'], 'handler');
  }
}

function image(node: Node): void {
  required(node);
  text(node);
  const given = textOf(node) ?? '';
  if (given !== '' && !isImage(given)) {
    const hint = 'write it as REGISTRY/NAME:TAG, in lower case letters';
    refuse(node, `is ${shown(given)}: no container runtime reads that`, hint, 'warning');
  }
}

function ports(all: Node): void {
  if (!isSet(all)) return;
  for (const port of items(all)) {
    required(at(port, 'containerPort'));
    whole(at(port, 'containerPort'), 1, 65535);
    whole(at(port, 'hostPort'), 0, 65535);
    name(at(port, 'name'), 'port');
    choice(at(port, 'protocol'), 'TCP', 'UDP', 'SCTP');
  }
  const numbers = items(all).filter((port) => isSet(at(port, 'containerPort')));
  distinct(
    numbers,
    (port) => `${String(at(port, 'containerPort').value)}/${textOf(at(port, 'protocol')) ?? 'TCP'}`,
    (port) => `is a second port ${port}`,
  );
  const named = items(all).map((port) => at(port, 'name'));
  distinct(
    named,
    (node) => textOf(node) ?? null,
    (given) => `is a second port named ${given}`,
  );
}

function env(all: Node): void {
  if (!isSet(all)) return;
  for (const variable of items(all)) {
    const [key, value, from] = [at(variable, 'name'), at(variable, 'value'), at(variable, 'valueFrom')];
    required(key);
    text(key);
    if (textOf(key)?.includes('=') === true) refuse(key, `is ${shown(key.value)}: it must not contain =`);
    text(value);
    if (isSet(from)) oneOf(from, sources, 'source');
    if (isSet(from) && isSet(value) && value.value !== '')
      refuse(variable, `has value and valueFrom (${String(key.value)})`, 'keep one of the two');
  }
  const names = items(all).map((variable) => at(variable, 'name'));
  distinct(
    names,
    (node) => textOf(node) ?? null,
    (given) => `is a second variable ${given}`,
  );
}

function resources(node: Node): void {
  if (!isSet(node)) return;
  for (const side of ['requests', 'limits']) for (const [, amount] of members(at(node, side))) quantity(amount);
  for (const [resource, request] of members(at(node, 'requests'))) {
    const limit = at(node, 'limits', resource);
    if (isSet(limit) && exceeds(request.value, limit.value))
      refuse(request, `is ${shown(request.value)}, above its limit ${shown(limit.value)}`, 'raise the limit');
  }
}

function mounts(all: Node, volumes: ReadonlySet<string>): void {
  if (!isSet(all)) return;
  for (const mount of items(all)) {
    required(at(mount, 'name'));
    required(at(mount, 'mountPath'));
    text(at(mount, 'mountPath'));
    const volume = textOf(at(mount, 'name')) ?? '';
    if (volume === '' || volumes.has(volume)) continue;
    const known = volumes.size === 0 ? 'there are no volumes' : `volumes: ${[...volumes].join(', ')}`;
    refuse(at(mount, 'name'), `is ${shown(volume)}, and there is no such volume`, known);
  }
  const paths = items(all).map((mount) => at(mount, 'mountPath'));
  distinct(
    paths,
    (node) => textOf(node) ?? null,
    (path) => `is a second mount at ${path}`,
  );
}

function probeOf(node: Node, kind: string): void {
  if (!isSet(node)) return;
  oneOf(node, handlers, 'handler');
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'failureThreshold'])
    whole(at(node, field));
  for (const handler of ['httpGet', 'tcpSocket']) {
    if (isSet(at(node, handler))) portOf(at(node, handler, 'port'));
  }
  const successes = at(node, 'successThreshold');
  whole(successes);
  if (kind !== 'readinessProbe' && Number(successes.value ?? 1) > 1) refuse(successes, `must be 1 in a ${kind}`);
}

/** Refused is a port that is neither a number nor the name of one. */
export function portOf(node: Node): void {
  required(node);
  if (typeof node.value === 'number') whole(node, 1, 65535);
  else name(node, 'port');
}

/** Refused is a mapping that has none, or more than one, of the members of which it must have one. */
export function oneOf(node: Node, names: readonly string[], what: string): void {
  const given = names.filter((one) => isSet(at(node, one)));
  if (given.length === 1) return;
  const words = given.length === 0 ? `has no ${what}` : `has more than one ${what}: ${given.join(', ')}`;
  const there = members(node).map(([one]) => one);
  // A member that is not in the list may be one of a server newer than this table.
  if (given.length === 0 && there.some((one) => !names.includes(one) && !plainMembers.includes(one))) return;
  refuse(node, words, `write one of ${names.join(', ')}`);
}

/** Members beside the choice. */
const plainMembers = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
  'terminationGracePeriodSeconds',
  'prefix',
];
