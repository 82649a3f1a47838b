import { base64Size, name } from './formats.ts';
import {
  at,
  isSet,
  members,
  refuse,
  required,
  shown,
  text,
  textOf,
  type Check,
  type Node,
  type Refusal,
} from './node.ts';

/** The most bytes that the values of a ConfigMap or Secret may have together. */
const mostBytes = 1024 * 1024;

/** ConfigMaps. */
export const configMap: Check = function* (object) {
  const [data, binary] = [at(object, 'data'), at(object, 'binaryData')];
  yield* keys(data);
  yield* keys(binary);
  let bytes = 0;
  for (const [key, value] of members(data)) {
    yield* text(value);
    bytes += Buffer.byteLength(textOf(value) ?? '');
    if (isSet(at(binary, key))) yield refuse(value, 'is in binaryData, too', 'keep one of the two');
  }
  bytes += yield* decoded(binary);
  yield* size(object, bytes);
};

/** The keys that the data of a Secret of some types must have. */
const secretKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** Secrets. */
export const secret: Check = function* (object) {
  const data = at(object, 'data');
  yield* keys(data);
  yield* size(object, yield* decoded(data));
  const type = textOf(at(object, 'type')) ?? '';
  for (const key of secretKeys[type] ?? []) {
    if (!isSet(at(data, key))) yield refuse(at(data, key), `is missing in a Secret of the type ${type}`);
  }
  if (type === 'kubernetes.io/basic-auth' && !isSet(at(data, 'username')) && !isSet(at(data, 'password')))
    yield refuse(data, `has neither username nor password in a Secret of the type ${type}`);
};

function* keys(data: Node): Iterable<Refusal> {
  for (const [key, value] of members(data)) {
    if (key === '') yield refuse(value, 'has an empty key');
    yield* name({ ...value, value: key }, 'key');
    if (key === '.' || key.startsWith('..')) yield refuse(value, `has the key ${shown(key)}, which is not allowed`);
  }
}

function* decoded(data: Node): Generator<Refusal, number> {
  let bytes = 0;
  for (const [, value] of members(data)) {
    yield* text(value);
    const count = base64Size(textOf(value) ?? '');
    if (count === null) yield refuse(value, 'is not base64', 'write plain text under stringData');
    bytes += count ?? 0;
  }
  return bytes;
}

function* size(object: Node, bytes: number): Iterable<Refusal> {
  if (bytes > mostBytes) yield refuse(at(object, 'data'), `has ${bytes} bytes, more than ${mostBytes}`, 'split it');
}

/** Budgets for disruptions. */
export const disruptionBudget: Check = function* (object) {
  const [least, most] = [at(object, 'spec', 'minAvailable'), at(object, 'spec', 'maxUnavailable')];
  if (isSet(least) && isSet(most)) yield refuse(most, 'is not allowed beside minAvailable', 'keep one of the two');
  for (const node of [least, most]) {
    if (typeof node.value === 'string' && !/^\d+%$/.test(node.value))
      yield refuse(node, `is ${shown(node.value)}`, 'write a number, or a share as "50%"');
    if (typeof node.value === 'number' && node.value < 0) yield refuse(node, 'must not be below 0');
  }
};

/** Autoscalers. */
export const autoscaler: Check = function* (object) {
  const [least, most] = [at(object, 'spec', 'minReplicas'), at(object, 'spec', 'maxReplicas')];
  yield* required(most);
  if (typeof most.value === 'number' && most.value < 1) yield refuse(most, 'must be 1 or more');
  if (typeof least.value === 'number' && typeof most.value === 'number' && least.value > most.value)
    yield refuse(least, `is ${least.value}, above maxReplicas ${most.value}`);
  for (const member of ['kind', 'name']) yield* required(at(object, 'spec', 'scaleTargetRef', member));
};

/** Bindings of roles. */
export const roleBinding: Check = function* (object) {
  const role = at(object, 'roleRef');
  for (const member of ['kind', 'name']) yield* required(at(role, member));
};
