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
  type Check,
  type Node,
  type Refusal,
} from './node.ts';

const lists = ['command', 'args', 'ports', 'env', 'envFrom', 'volumeMounts'];
const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

/** What is refused of one container; `isInit` for one of initContainers, `volumes` are the names that it may mount. */
export function* container(node: Node, volumes: ReadonlySet<string>, isInit: boolean): Iterable<Refusal> {
  yield* required(at(node, 'name'));
  yield* name(at(node, 'name'), 'label');
  yield* image(at(node, 'image'));
  yield* choiceOrEmpty(at(node, 'imagePullPolicy'), 'Always', 'IfNotPresent', 'Never');
  for (const member of lists) yield* list(at(node, member));
  for (const words of ['command', 'args']) for (const word of items(at(node, words))) yield* text(word);
  yield* ports(at(node, 'ports'));
  yield* env(at(node, 'env'));
  for (const source of items(at(node, 'envFrom'))) yield* oneOf(source, ['configMapRef', 'secretRef'], 'source');
  yield* resources(at(node, 'resources'));
  yield* mounts(at(node, 'volumeMounts'), volumes);
  const isSidecar = at(node, 'restartPolicy').value === 'Always';
  for (const probe of probes) {
    if (isInit && !isSidecar && isSet(at(node, probe)))
      yield refuse(at(node, probe), 'is not allowed for a container that runs to its end');
    else yield* probeOf(at(node, probe), probe);
  }
  for (const hook of ['postStart', 'preStop']) {
    const handler = at(node, 'lifecycle', hook);
    if (isSet(handler)) yield* oneOf(handler, ['exec', 'httpGet', 'tcpSocket', 'sleep'], 'handler');
  }
}

function* image(node: Node): Iterable<Refusal> {
  yield* required(node);
  yield* text(node);
  const given = textOf(node) ?? '';
  if (given !== '' && !isImage(given)) {
    const hint = 'write it as REGISTRY/NAME:TAG, in lower case letters';
    yield { ...refuse(node, `is ${shown(given)}: no container runtime reads that`, hint), severity: 'warning' };
  }
}

function* ports(all: Node): Iterable<Refusal> {
  for (const port of items(all)) {
    yield* required(at(port, 'containerPort'));
    yield* whole(at(port, 'containerPort'), 1, 65535);
    yield* whole(at(port, 'hostPort'), 0, 65535);
    yield* name(at(port, 'name'), 'port');
    yield* choice(at(port, 'protocol'), 'TCP', 'UDP', 'SCTP');
  }
  const numbers = items(all).filter((port) => isSet(at(port, 'containerPort')));
  yield* distinct(
    numbers,
    (port) => `${String(at(port, 'containerPort').value)}/${textOf(at(port, 'protocol')) ?? 'TCP'}`,
    (port) => `is a second port ${port}`,
  );
  const named = items(all).map((port) => at(port, 'name'));
  yield* distinct(
    named,
    (node) => textOf(node) ?? null,
    (given) => `is a second port named ${given}`,
  );
}

function* env(all: Node): Iterable<Refusal> {
  for (const variable of items(all)) {
    const [key, value, from] = [at(variable, 'name'), at(variable, 'value'), at(variable, 'valueFrom')];
    yield* required(key);
    yield* text(key);
    if (textOf(key)?.includes('=') === true) yield refuse(key, `is ${shown(key.value)}: it must not contain =`);
    yield* text(value);
    if (isSet(from)) yield* oneOf(from, sources, 'source');
    if (isSet(from) && isSet(value) && value.value !== '')
      yield refuse(variable, `has value and valueFrom (${String(key.value)})`, 'keep one of the two');
  }
  const names = items(all).map((variable) => at(variable, 'name'));
  yield* distinct(
    names,
    (node) => textOf(node) ?? null,
    (given) => `is a second variable ${given}`,
  );
}

function* resources(node: Node): Iterable<Refusal> {
  for (const side of ['requests', 'limits']) for (const [, amount] of members(at(node, side))) yield* quantity(amount);
  for (const [resource, request] of members(at(node, 'requests'))) {
    const limit = at(node, 'limits', resource);
    if (isSet(limit) && exceeds(request.value, limit.value))
      yield refuse(request, `is ${shown(request.value)}, above its limit ${shown(limit.value)}`, 'raise the limit');
  }
}

function* mounts(all: Node, volumes: ReadonlySet<string>): Iterable<Refusal> {
  for (const mount of items(all)) {
    yield* required(at(mount, 'name'));
    yield* required(at(mount, 'mountPath'));
    yield* text(at(mount, 'mountPath'));
    const volume = textOf(at(mount, 'name')) ?? '';
    if (volume === '' || volumes.has(volume)) continue;
    const known = volumes.size === 0 ? 'there are no volumes' : `volumes: ${[...volumes].join(', ')}`;
    yield refuse(at(mount, 'name'), `is ${shown(volume)}, and there is no such volume`, known);
  }
  const paths = items(all).map((mount) => at(mount, 'mountPath'));
  yield* distinct(
    paths,
    (node) => textOf(node) ?? null,
    (path) => `is a second mount at ${path}`,
  );
}

function* probeOf(node: Node, kind: string): Iterable<Refusal> {
  if (!isSet(node)) return;
  yield* oneOf(node, handlers, 'handler');
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'failureThreshold'])
    yield* whole(at(node, field));
  for (const handler of ['httpGet', 'tcpSocket']) {
    if (isSet(at(node, handler))) yield* portOf(at(node, handler, 'port'));
  }
  const successes = at(node, 'successThreshold');
  yield* whole(successes);
  if (kind !== 'readinessProbe' && Number(successes.value ?? 1) > 1) yield refuse(successes, `must be 1 in a ${kind}`);
}

/** Refused is a port that is neither a number nor the name of one. */
export function* portOf(node: Node): Iterable<Refusal> {
  yield* required(node);
  if (typeof node.value === 'number') yield* whole(node, 1, 65535);
  else yield* name(node, 'port');
}

/** Refused is a mapping that has none, or more than one, of the members of which it must have one. */
export function* oneOf(node: Node, names: readonly string[], what: string): Iterable<Refusal> {
  const given = names.filter((one) => isSet(at(node, one)));
  if (given.length === 1) return;
  const words = given.length === 0 ? `has no ${what}` : `has more than one ${what}: ${given.join(', ')}`;
  const there = members(node).map(([one]) => one);
  // A member that is not in the list may be one of a server newer than this table.
  if (given.length === 0 && there.some((one) => !names.includes(one) && !plainMembers.includes(one))) return;
  yield refuse(node, words, `write one of ${names.join(', ')}`);
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

/** Checks of the entries of a list. */
export function each(check: Check): Check {
  return function* (all) {
    for (const node of items(all)) yield* check(node);
  };
}
