import { yamlText } from '../../../shared/lib/yaml/write.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import type { Listing } from '../../load/listing.ts';

/** Objects of each of the two applications. */
const objectsEach = 100;

/** Files of a repository as many have them: two applications of objects of the usual kinds, one as JSON and one as YAML, other ones each round. */
export function exampleFiles(round: number): Listing {
  const [first, second] = [application('example-a', round), application('example-b', round)];
  const texts = { 'a.yaml': JSON.stringify(first, null, 1), 'b.yaml': yamlText(second) };
  const entries = Object.entries(texts).map(([path, text]) => {
    return { path, oid: digestOf(text), read: () => Promise.resolve(Buffer.from(text)) };
  });
  return { entries, others: [] };
}

function application(name: string, round: number) {
  const objects = Array.from({ length: objectsEach }, (_, at) => object(`${name}-${at}`, at, `${round}`));
  return {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name },
    spec: { components: [{ name: 'objects', type: 'k8s-objects', properties: { objects } }] },
  };
}

const lines = 'the first line\nthe second line\n'.repeat(16);

function object(name: string, at: number, value: string): KubeObject {
  const labels = { example: name };
  const metadata = { name, namespace: 'default', labels };
  switch (at % 4) {
    case 0:
      return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ port: 80 }] } };
    case 1:
      return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: deployment(labels, value) };
    case 2:
      return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { value } };
    default:
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value, lines } };
  }
}

function deployment(labels: Readonly<Record<string, string>>, value: string) {
  const container = { name: 'main', image: `example/image:${value}`, resources: { requests: { cpu: '10m' } } };
  return {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
  };
}
