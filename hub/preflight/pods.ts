import { container } from './containers.ts';
import { isLabelValue, isQualified } from '../model/name-forms.ts';
import { name } from './formats.ts';
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

/** Members of a volume that are not where it comes from. */
const notSources = ['name'];

/** What is refused of a pod template: its labels, and the pods that it makes; `claims` are volumes that come from elsewhere. */
export function podTemplate(node: Node, policies: readonly string[], claims: readonly string[] = []): void {
  labels(at(node, 'metadata', 'labels'));
  annotations(at(node, 'metadata', 'annotations'));
  podSpec(at(node, 'spec'), policies, claims);
}

/** What is refused of the spec of a pod; `policies` are the restart policies that its owner allows. */
export function podSpec(node: Node, policies: readonly string[], claims: readonly string[] = []): void {
  const volumes = items(at(node, 'volumes'));
  const names = volumes.flatMap((volume) => textOf(at(volume, 'name')) ?? []);
  const known = new Set([...names, ...claims]);
  const [main, init] = [items(at(node, 'containers')), items(at(node, 'initContainers'))];
  for (const member of ['containers', 'initContainers', 'volumes']) list(at(node, member));
  if (main.length === 0 && (!isSet(at(node, 'containers')) || Array.isArray(at(node, 'containers').value)))
    refuse(at(node, 'containers'), 'is missing: a pod needs a container');
  for (const one of main) container(one, known, false);
  for (const one of init) container(one, known, true);
  const containers = [...init, ...main].map((one) => at(one, 'name'));
  distinct(
    containers,
    (one) => textOf(one) ?? null,
    (given) => `is a second container named ${given}`,
  );
  for (const volume of volumes) volumeOf(volume);
  const named = volumes.map((volume) => at(volume, 'name'));
  distinct(
    named,
    (one) => textOf(one) ?? null,
    (given) => `is a second volume named ${given}`,
  );
  restartPolicy(at(node, 'restartPolicy'), policies);
  name(at(node, 'serviceAccountName'), 'subdomain');
  choiceOrEmpty(at(node, 'dnsPolicy'), 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None');
  for (const spread of items(at(node, 'topologySpreadConstraints'))) spreadOf(spread);
  for (const [, value] of members(at(node, 'nodeSelector'))) text(value);
}

function volumeOf(node: Node): void {
  required(at(node, 'name'));
  name(at(node, 'name'), 'label');
  const sources = members(node).filter(([one, member]) => !notSources.includes(one) && isSet(member));
  if (sources.length > 1) {
    const given = sources.map(([one]) => one).join(', ');
    refuse(node, `has more than one source: ${given}`, 'make a volume of each');
  }
  requiredIn(node, 'persistentVolumeClaim', 'claimName');
  requiredIn(node, 'hostPath', 'path');
}

function requiredIn(node: Node, source: string, member: string): void {
  if (isSet(at(node, source))) required(at(node, source, member));
}

function restartPolicy(node: Node, policies: readonly string[]): void {
  const isDefault = !isSet(node) && policies.includes('Always');
  if (isDefault || policies.some((policy) => policy === node.value)) return;
  const given = isSet(node) ? `and is ${shown(node.value)}` : 'and without it Kubernetes takes Always';
  refuse(node, `must be ${policies.join(' or ')} here, ${given}`);
}

function spreadOf(node: Node): void {
  required(at(node, 'topologyKey'));
  required(at(node, 'maxSkew'));
  whole(at(node, 'maxSkew'), 1);
  choice(at(node, 'whenUnsatisfiable'), 'DoNotSchedule', 'ScheduleAnyway');
}

/** What is refused of labels. */
export function labels(node: Node): void {
  for (const [key, value] of members(node)) {
    if (!isQualified(key)) refuse(value, 'is not the key of a label', 'use the form prefix/name, or name');
    text(value);
    const given = textOf(value) ?? '';
    if (isLabelValue(given)) continue;
    const hint = 'use at most 63 letters, digits, dashes, dots and underscores';
    refuse(value, `is ${shown(given)}, which is not the value of a label`, hint);
  }
}

const mostAnnotations = 256 * 1024;

/** What is refused of annotations. */
export function annotations(node: Node): void {
  let bytes = 0;
  for (const [key, value] of members(node)) {
    if (!isQualified(key.toLowerCase()))
      refuse(value, 'is not the key of an annotation', 'use the form prefix/name, or name');
    text(value);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(textOf(value) ?? '');
  }
  if (bytes > mostAnnotations) refuse(node, `has ${bytes} bytes, more than the ${mostAnnotations} of all annotations`);
}
