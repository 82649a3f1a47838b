import { portOf } from './containers.ts';
import { name } from './formats.ts';
import {
  at,
  choice,
  choiceOrEmpty,
  distinct,
  isSet,
  items,
  list,
  refuse,
  required,
  shown,
  textOf,
  whole,
  type Check,
  type Node,
} from './node.ts';
import { labels } from './pods.ts';

const outside = ['NodePort', 'LoadBalancer'];

/** Services. */
export const service: Check = (object) => {
  const spec = at(object, 'spec');
  const type = at(spec, 'type');
  choiceOrEmpty(type, 'ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName');
  choiceOrEmpty(at(spec, 'sessionAffinity'), 'None', 'ClientIP');
  labels(at(spec, 'selector'));
  const [ports, isHeadless] = [at(spec, 'ports'), at(spec, 'clusterIP').value === 'None'];
  const isOutside = outside.some((one) => one === type.value);
  if (type.value === 'ExternalName') required(at(spec, 'externalName'));
  else if (!isSet(ports) && !isHeadless) refuse(ports, 'is missing', 'write ports: [{ port: 80 }]');
  list(ports);
  if (isHeadless && isOutside) refuse(at(spec, 'clusterIP'), `must not be None with the type ${String(type.value)}`);
  for (const port of items(ports)) servicePort(port, isOutside);
  const unnamed = items(ports).find((port) => !isSet(at(port, 'name')));
  if (unnamed !== undefined && items(ports).length > 1)
    refuse(at(unnamed, 'name'), 'is missing: each of several ports needs a name');
  distinct(
    items(ports).filter((port) => isSet(at(port, 'port'))),
    (port) => `${String(at(port, 'port').value)}/${textOf(at(port, 'protocol')) ?? 'TCP'}`,
    (port) => `is a second port ${port}`,
  );
  const named = items(ports).map((port) => at(port, 'name'));
  distinct(
    named,
    (node) => textOf(node) ?? null,
    (given) => `is a second port named ${given}`,
  );
};

function servicePort(port: Node, isOutside: boolean): void {
  required(at(port, 'port'));
  whole(at(port, 'port'), 1, 65535);
  choice(at(port, 'protocol'), 'TCP', 'UDP', 'SCTP');
  name(at(port, 'name'), 'label');
  if (isSet(at(port, 'targetPort'))) portOf(at(port, 'targetPort'));
  const node = at(port, 'nodePort');
  if (isSet(node) && node.value !== 0 && !isOutside) refuse(node, 'needs the type NodePort or LoadBalancer');
}

/** Ingresses. */
export const ingress: Check = (object) => {
  const spec = at(object, 'spec');
  const rules = at(spec, 'rules');
  if (items(rules).length === 0 && !isSet(at(spec, 'defaultBackend')))
    refuse(rules, 'is missing', 'write a rule, or a defaultBackend');
  if (isSet(at(spec, 'defaultBackend'))) backend(at(spec, 'defaultBackend'));
  for (const rule of items(rules)) {
    host(at(rule, 'host'));
    const paths = at(rule, 'http', 'paths');
    if (isSet(at(rule, 'http')) && items(paths).length === 0) refuse(paths, 'is missing');
    for (const path of items(paths)) pathOf(path);
  }
  for (const tls of items(at(spec, 'tls'))) for (const one of items(at(tls, 'hosts'))) host(one);
};

function host(node: Node): void {
  const given = textOf(node);
  if (given === undefined || given === '') return;
  if (/^[\d.]+$/.test(given) || given.includes(':'))
    refuse(node, `is ${shown(given)}, and must be a name without port`);
  else if (given.startsWith('*.')) name({ ...node, value: given.slice(2) }, 'subdomain');
  else name(node, 'subdomain');
}

function pathOf(node: Node): void {
  const [path, type] = [at(node, 'path'), at(node, 'pathType')];
  required(type, 'write pathType: Prefix');
  choice(type, 'Prefix', 'Exact', 'ImplementationSpecific');
  const given = textOf(path) ?? '';
  const mayBeEmpty = type.value === 'ImplementationSpecific' || !isSet(type);
  if (!given.startsWith('/') && !(given === '' && mayBeEmpty))
    refuse(path, `is ${shown(given)}, and must begin with /`);
  else if (!mayBeEmpty && /\/\/|\/\.\.?(?:\/|$)|%2f/i.test(given))
    refuse(path, `is ${shown(given)}: it must not contain //, /., /.. or %2f`);
  backend(at(node, 'backend'));
}

function backend(node: Node): void {
  const [service, resource] = [at(node, 'service'), at(node, 'resource')];
  const isOld = isSet(at(node, 'serviceName')) || isSet(at(node, 'servicePort'));
  if (isSet(service) === isSet(resource) || isOld) {
    const hint = 'write service: { name: web, port: { number: 80 } }';
    const words = isOld
      ? 'has serviceName and servicePort, which networking.k8s.io/v1 has not'
      : 'must have either service or resource';
    refuse(node, words, hint);
    return;
  }
  if (!isSet(service)) return;
  required(at(service, 'name'));
  const port = at(service, 'port');
  const [number, named] = [at(port, 'number'), at(port, 'name')];
  whole(number, 1, 65535);
  name(named, 'port');
  if (isSet(number) === isSet(named)) refuse(port, 'must have either number or name', 'write port: { number: 80 }');
}
