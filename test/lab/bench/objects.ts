import { parseArgs } from 'node:util';

/** A Kubernetes object as a bench writes it. */
export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [member: string]: unknown;
};

/** A third ConfigMaps, a sixth each Secrets, Deployments (of no pods) and Services, a twelfth each ServiceAccounts and Roles. */
export function mixedObjects(count: number, namespace: string): Manifest[] {
  return Array.from({ length: count }, (_, index) => made(index, namespace));
}

/** One ConfigMap whose only value is `value`. */
export function configMap(name: string, value: string, namespace = 'default'): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { value } };
}

/** A plain Application of raw objects; JSON is YAML. */
export function rawApplication(name: string, objects: readonly Manifest[], namespace = 'default'): string {
  const components = [{ name: 'objects', type: 'k8s-objects', properties: { objects } }];
  return document(name, components, namespace);
}

/** A plain Application of one web service. */
export function webApplication(name: string, image: string, namespace = 'default'): string {
  const properties = { image, ports: [{ port: 80, expose: true }] };
  return document(name, [{ name: 'web', type: 'webservice', properties }], namespace);
}

/** The files of a config repository that come to these objects: applications of a hundred objects each. */
export function applicationFiles(objects: readonly Manifest[], namespace: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (let at = 0; at < objects.length; at += 100) {
    const name = `bench-${at / 100}`;
    files[`${name}.yaml`] = rawApplication(name, objects.slice(at, at + 100), namespace);
  }
  return files;
}

/** The same data in every object of a kind, but for its number, so that sizes are those of small real ones. */
const text = 'a line of a configuration file that is neither short nor long\n'.repeat(8);

function made(index: number, namespace: string): Manifest {
  const metadata = { name: `object-${index}`, namespace };
  const labels = { bench: `object-${index}` };
  switch (index % 12) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value: String(index), text } };
    case 4:
    case 5:
      return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { value: `${index}${text}` } };
    case 6:
    case 7:
      return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: deploymentSpec(labels) };
    case 8:
    case 9:
      return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 80 }] } };
    case 10:
      return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false };
    default:
      return {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata,
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
      };
  }
}

function deploymentSpec(labels: Readonly<Record<string, string>>) {
  const container = { name: 'main', image: 'example/bench:1', resources: { requests: { cpu: '10m', memory: '16Mi' } } };
  return {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  };
}

function document(name: string, components: readonly object[], namespace: string): string {
  const application = {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name, namespace },
    spec: { components },
  };
  return `${JSON.stringify(application, null, 1)}\n`;
}

/** What a bench may be told on its command line. */
export function benchOptions() {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      only: { type: 'string', multiple: true },
      pushes: { type: 'string', default: '50' },
      clusters: { type: 'string', default: '10000' },
    },
  });
  const [pushes, clusters] = [whole('--pushes', values.pushes), whole('--clusters', values.clusters)];
  const parts = (values.only ?? []).flatMap((list) => list.split(','));
  return {
    json: values.json,
    pushes,
    clusters,
    isWanted: (part: string) => parts.length === 0 || parts.includes(part),
  };
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} takes a whole number`);
  return value;
}
