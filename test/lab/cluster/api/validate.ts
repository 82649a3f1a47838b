import { matchesSelector } from '../store/selectors.ts';
import { at, isObject, objectAt, objectsAt, textAt } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';
import { required, unsupported, wrong } from './causes.ts';
import { changeProblems } from './changes.ts';
import type { Cause } from './errors.ts';
import type { Resource } from './kinds.ts';
import { typeProblems } from './structural.ts';

/** Everything that is wrong with an object of a built-in or custom kind; `before` is what it replaces. */
export function problemsOf(resource: Resource, object: KubeObject, before: KubeObject | undefined): readonly Cause[] {
  const kind = resource.custom ? undefined : rules[object.kind];
  return [
    ...nameProblems(resource, object),
    ...labelProblems(object),
    ...(kind?.(object) ?? []),
    ...(resource.custom ? typeProblems(object, resource.openapi ?? {}, '') : []),
    ...(before === undefined ? [] : changeProblems(resource, object, before)),
  ];
}

type Rule = (object: JsonObject) => readonly Cause[];

const rules: Readonly<Record<string, Rule>> = {
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Job: (object) =>
    podSpecProblems(objectAt(object, 'spec', 'template', 'spec'), 'spec.template.spec', ['OnFailure', 'Never']),
  CronJob: (object) => (textAt(object, 'spec', 'schedule') === '' ? [required('spec.schedule')] : []),
  Pod: (object) => podSpecProblems(objectAt(object, 'spec'), 'spec', ['Always', 'OnFailure', 'Never']),
  Service: servicePorts,
  ConfigMap: (object) => keysProblems(object, 'data'),
  Secret: (object) => keysProblems(object, 'data'),
  Ingress: ingress,
  CustomResourceDefinition: definition,
};

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const qualified = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function nameProblems(resource: Resource, object: KubeObject): readonly Cause[] {
  const { name } = object.metadata;
  if (resource.group === 'rbac.authorization.k8s.io')
    return /[/%]/.test(name) ? [wrong('metadata.name', name, "may not contain '/' or '%'")] : [];
  const isLabel = resource.kind === 'Namespace' || resource.kind === 'Service';
  const limit = isLabel ? 63 : 253;
  const form = isLabel ? dnsLabel : subdomain;
  return name.length <= limit && form.test(name) ? [] : [wrong('metadata.name', name, subdomainText)];
}

function labelProblems(object: KubeObject): readonly Cause[] {
  return Object.entries(object.metadata.labels ?? {}).flatMap(([key, value]) => [
    ...(qualified.test(key)
      ? []
      : [wrong('metadata.labels', key, "name part must consist of alphanumeric characters, '-', '_' or '.'")]),
    ...(labelValue.test(value)
      ? []
      : [
          wrong(
            'metadata.labels',
            value,
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'",
          ),
        ]),
  ]);
}

function workload(object: JsonObject): readonly Cause[] {
  const template = objectAt(object, 'spec', 'template');
  const selector = at(object, 'spec', 'selector');
  const pods = podSpecProblems(objectAt(template, 'spec'), 'spec.template.spec', ['Always']);
  if (!isObject(selector)) return [required('spec.selector'), ...pods];
  const labels = objectAt(template, 'metadata', 'labels');
  const empty = Object.keys(selector).length === 0;
  if (empty) return [wrong('spec.selector', selector, 'empty selector is invalid for this kind'), ...pods];
  const matches = matchesSelector(selector, labels);
  return matches
    ? pods
    : [wrong('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'), ...pods];
}

function podSpecProblems(spec: JsonObject, path: string, policies: readonly string[]): readonly Cause[] {
  const containers = objectsAt(spec, 'containers');
  const policy = textAt(spec, 'restartPolicy');
  return [
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...containers.flatMap((item, index) => containerProblems(item, `${path}.containers[${index}]`)),
    ...(policy === '' || policies.includes(policy) ? [] : [unsupported(`${path}.restartPolicy`, policy, policies)]),
  ];
}

function containerProblems(container: JsonObject, path: string): readonly Cause[] {
  const name = textAt(container, 'name');
  return [
    ...(name === ''
      ? [required(`${path}.name`)]
      : dnsLabel.test(name)
        ? []
        : [wrong(`${path}.name`, name, subdomainText)]),
    ...(textAt(container, 'image') === '' ? [required(`${path}.image`)] : []),
    ...objectsAt(container, 'ports').flatMap((port, index) =>
      portProblems(port['containerPort'], `${path}.ports[${index}].containerPort`),
    ),
  ];
}

function portProblems(port: Json | undefined, path: string): readonly Cause[] {
  const good = typeof port === 'number' && port >= 1 && port <= 65535;
  return good ? [] : [wrong(path, port ?? 0, 'must be between 1 and 65535, inclusive')];
}

function servicePorts(object: JsonObject): readonly Cause[] {
  const ports = objectsAt(object, 'spec', 'ports');
  const portless = textAt(object, 'spec', 'type') === 'ExternalName' || at(object, 'spec', 'clusterIP') === 'None';
  if (ports.length === 0) return portless ? [] : [required('spec.ports')];
  return ports.flatMap((port, index) => [
    ...portProblems(port['port'], `spec.ports[${index}].port`),
    ...(ports.length > 1 && textAt(port, 'name') === '' ? [required(`spec.ports[${index}].name`)] : []),
  ]);
}

function keysProblems(object: JsonObject, field: string): readonly Cause[] {
  return Object.keys(objectAt(object, field))
    .filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key))
    .map((key) =>
      wrong(`${field}[${key}]`, key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"),
    );
}

function ingress(object: JsonObject): readonly Cause[] {
  const rulesOf = objectsAt(object, 'spec', 'rules');
  if (rulesOf.length === 0 && at(object, 'spec', 'defaultBackend') === undefined) {
    return [wrong('spec', {}, 'either `defaultBackend` or `rules` must be specified')];
  }
  return rulesOf.flatMap((rule, index) =>
    objectsAt(rule, 'http', 'paths').flatMap((path, place) => {
      const field = `spec.rules[${index}].http.paths[${place}].pathType`;
      const type = textAt(path, 'pathType');
      if (type === '') return [required(field)];
      const known = ['Exact', 'ImplementationSpecific', 'Prefix'];
      return known.includes(type) ? [] : [unsupported(field, type, known)];
    }),
  );
}

function definition(object: JsonObject): readonly Cause[] {
  const wanted = `${textAt(object, 'spec', 'names', 'plural')}.${textAt(object, 'spec', 'group')}`;
  const name = textAt(object, 'metadata', 'name');
  const versions = objectsAt(object, 'spec', 'versions');
  return [
    ...(name === wanted ? [] : [wrong('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]),
    ...(versions.filter((version) => version['storage'] === true).length === 1
      ? []
      : [wrong('spec.versions', versions, 'must have exactly one version marked as storage version')]),
    ...versions.flatMap((version, index) =>
      at(version, 'schema', 'openAPIV3Schema') === undefined
        ? [required(`spec.versions[${index}].schema.openAPIV3Schema`)]
        : [],
    ),
  ];
}
