import { base64Size, name } from './formats.ts';
import { at, isSet, members, refuse, required, shown, text, textOf, type Check, type Node } from './node.ts';

/** The most bytes that the values of a ConfigMap or Secret may have together. */
const mostBytes = 1024 * 1024;

/** ConfigMaps. */
export const configMap: Check = (object) => {
  const [data, binary] = [at(object, 'data'), at(object, 'binaryData')];
  keys(data);
  keys(binary);
  let bytes = 0;
  for (const [key, value] of members(data)) {
    text(value);
    bytes += Buffer.byteLength(textOf(value) ?? '');
    if (isSet(at(binary, key))) refuse(value, 'is in binaryData, too', 'keep one of the two');
  }
  bytes += decoded(binary);
  size(object, bytes);
};

/** The keys that the data of a Secret of some types must have. */
const secretKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

/** Secrets. */
export const secret: Check = (object) => {
  const data = at(object, 'data');
  keys(data);
  size(object, decoded(data));
  const type = textOf(at(object, 'type')) ?? '';
  for (const key of secretKeys[type] ?? []) {
    if (!isSet(at(data, key))) refuse(at(data, key), `is missing in a Secret of the type ${type}`);
  }
  if (type === 'kubernetes.io/basic-auth' && !isSet(at(data, 'username')) && !isSet(at(data, 'password')))
    refuse(data, `has neither username nor password in a Secret of the type ${type}`);
};

function keys(data: Node): void {
  for (const [key, value] of members(data)) {
    if (key === '') refuse(value, 'has an empty key');
    name({ ...value, value: key }, 'key');
    if (key === '.' || key.startsWith('..')) refuse(value, `has the key ${shown(key)}, which is not allowed`);
  }
}

function decoded(data: Node): number {
  let bytes = 0;
  for (const [, value] of members(data)) {
    text(value);
    const count = base64Size(textOf(value) ?? '');
    if (count === null) refuse(value, 'is not base64', 'write plain text under stringData');
    bytes += count ?? 0;
  }
  return bytes;
}

function size(object: Node, bytes: number): void {
  if (bytes > mostBytes) refuse(at(object, 'data'), `has ${bytes} bytes, more than ${mostBytes}`, 'split it');
}

/** Budgets for disruptions. */
export const disruptionBudget: Check = (object) => {
  const [least, most] = [at(object, 'spec', 'minAvailable'), at(object, 'spec', 'maxUnavailable')];
  if (isSet(least) && isSet(most)) refuse(most, 'is not allowed beside minAvailable', 'keep one of the two');
  for (const node of [least, most]) {
    if (typeof node.value === 'string' && !/^\d+%$/.test(node.value))
      refuse(node, `is ${shown(node.value)}`, 'write a number, or a share as "50%"');
    if (typeof node.value === 'number' && node.value < 0) refuse(node, 'must not be below 0');
  }
};

/** Autoscalers. */
export const autoscaler: Check = (object) => {
  const [least, most] = [at(object, 'spec', 'minReplicas'), at(object, 'spec', 'maxReplicas')];
  required(most);
  if (typeof most.value === 'number' && most.value < 1) refuse(most, 'must be 1 or more');
  if (typeof least.value === 'number' && typeof most.value === 'number' && least.value > most.value)
    refuse(least, `is ${least.value}, above maxReplicas ${most.value}`);
  for (const member of ['kind', 'name']) required(at(object, 'spec', 'scaleTargetRef', member));
};

/** Bindings of roles. */
export const roleBinding: Check = (object) => {
  const role = at(object, 'roleRef');
  for (const member of ['kind', 'name']) required(at(role, member));
};
