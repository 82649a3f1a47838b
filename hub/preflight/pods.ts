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
  type Refusal,
} from './node.ts';

/** Members of a volume that are not where it comes from. */
const notSources = ['name'];

/** What is refused of a pod template: its labels, and the pods that it makes; `claims` are volumes that come from elsewhere. */
export function* podTemplate(
  node: Node,
  policies: readonly string[],
  claims: readonly string[] = [],
): Iterable<Refusal> {
  yield* labels(at(node, 'metadata', 'labels'));
  yield* annotations(at(node, 'metadata', 'annotations'));
  yield* podSpec(at(node, 'spec'), policies, claims);
}

/** What is refused of the spec of a pod; `policies` are the restart policies that its owner allows. */
export function* podSpec(node: Node, policies: readonly string[], claims: readonly string[] = []): Iterable<Refusal> {
  const volumes = items(at(node, 'volumes'));
  const names = volumes.flatMap((volume) => textOf(at(volume, 'name')) ?? []);
  const known = new Set([...names, ...claims]);
  const [main, init] = [items(at(node, 'containers')), items(at(node, 'initContainers'))];
  for (const member of ['containers', 'initContainers', 'volumes']) yield* list(at(node, member));
  if (main.length === 0 && (!isSet(at(node, 'containers')) || Array.isArray(at(node, 'containers').value)))
    yield refuse(at(node, 'containers'), 'is missing: a pod needs a container');
  for (const one of main) yield* container(one, known, false);
  for (const one of init) yield* container(one, known, true);
  const containers = [...init, ...main].map((one) => at(one, 'name'));
  yield* distinct(
    containers,
    (one) => textOf(one) ?? null,
    (given) => `is a second container named ${given}`,
  );
  for (const volume of volumes) yield* volumeOf(volume);
  const named = volumes.map((volume) => at(volume, 'name'));
  yield* distinct(
    named,
    (one) => textOf(one) ?? null,
    (given) => `is a second volume named ${given}`,
  );
  yield* restartPolicy(at(node, 'restartPolicy'), policies);
  yield* name(at(node, 'serviceAccountName'), 'subdomain');
  yield* choiceOrEmpty(at(node, 'dnsPolicy'), 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None');
  for (const spread of items(at(node, 'topologySpreadConstraints'))) yield* spreadOf(spread);
  for (const [, value] of members(at(node, 'nodeSelector'))) yield* text(value);
}

function* volumeOf(node: Node): Iterable<Refusal> {
  yield* required(at(node, 'name'));
  yield* name(at(node, 'name'), 'label');
  const sources = members(node).filter(([one, member]) => !notSources.includes(one) && isSet(member));
  if (sources.length > 1) {
    const given = sources.map(([one]) => one).join(', ');
    yield refuse(node, `has more than one source: ${given}`, 'make a volume of each');
  }
  yield* requiredIn(node, 'persistentVolumeClaim', 'claimName');
  yield* requiredIn(node, 'hostPath', 'path');
}

function* requiredIn(node: Node, source: string, member: string): Iterable<Refusal> {
  if (isSet(at(node, source))) yield* required(at(node, source, member));
}

function* restartPolicy(node: Node, policies: readonly string[]): Iterable<Refusal> {
  const isDefault = !isSet(node) && policies.includes('Always');
  if (isDefault || policies.some((policy) => policy === node.value)) return;
  const given = isSet(node) ? `and is ${shown(node.value)}` : 'and without it Kubernetes takes Always';
  yield refuse(node, `must be ${policies.join(' or ')} here, ${given}`);
}

function* spreadOf(node: Node): Iterable<Refusal> {
  yield* required(at(node, 'topologyKey'));
  yield* required(at(node, 'maxSkew'));
  yield* whole(at(node, 'maxSkew'), 1);
  yield* choice(at(node, 'whenUnsatisfiable'), 'DoNotSchedule', 'ScheduleAnyway');
}

/** What is refused of labels. */
export function* labels(node: Node): Iterable<Refusal> {
  for (const [key, value] of members(node)) {
    if (!isQualified(key)) yield refuse(value, 'is not the key of a label', 'use the form prefix/name, or name');
    yield* text(value);
    const given = textOf(value) ?? '';
    if (isLabelValue(given)) continue;
    const hint = 'use at most 63 letters, digits, dashes, dots and underscores';
    yield refuse(value, `is ${shown(given)}, which is not the value of a label`, hint);
  }
}

const mostAnnotations = 256 * 1024;

/** What is refused of annotations. */
export function* annotations(node: Node): Iterable<Refusal> {
  let bytes = 0;
  for (const [key, value] of members(node)) {
    if (!isQualified(key.toLowerCase()))
      yield refuse(value, 'is not the key of an annotation', 'use the form prefix/name, or name');
    yield* text(value);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(textOf(value) ?? '');
  }
  if (bytes > mostAnnotations)
    yield refuse(node, `has ${bytes} bytes, more than the ${mostAnnotations} of all annotations`);
}
