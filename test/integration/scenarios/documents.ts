/** Small documents for scenarios, as a user writes them. */

/** A Cluster document. */
export function clusterYaml(
  name: string,
  labels: Readonly<Record<string, string>> = {},
  capability = 'ingress',
): string {
  return `kind: Cluster
metadata: { name: ${name}, labels: ${JSON.stringify(labels)} }
spec: { capabilities: { ${capability}: true } }
`;
}

/** An Application of one ConfigMap for each name, on the local cluster unless a policy says otherwise. */
export function configApp(
  name: string,
  maps: Readonly<Record<string, string>>,
  more: { readonly namespace?: string; readonly annotations?: Readonly<Record<string, string>> } = {},
): string {
  const objects = Object.entries(maps).map(([map, value]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: map, ...(more.annotations === undefined ? {} : { annotations: more.annotations }) },
    data: { value },
  }));
  return rawApp(name, objects, more.namespace);
}

/** An Application of raw objects. */
export function rawApp(name: string, objects: readonly object[], namespace = 'default'): string {
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  components:
    - name: raw
      type: k8s-objects
      properties: { objects: ${JSON.stringify(objects)} }
`;
}

/** An Application with one web service. */
export function webApp(name: string, image: string, more = ''): string {
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: ${name}, namespace: default }
spec:
  components:
    - name: web
      type: webservice
      properties: { image: "${image}", ports: [{ port: 80, expose: false }]${more} }
`;
}

/** A revision of a deployment: where it is placed, and its share of the traffic. */
export interface Listed {
  readonly name: string;
  readonly weight: number;
  readonly replicas?: number;
}

/** An ApplicationDeployment of revisions; the selector is YAML, empty = the local cluster. */
export function deploymentOf(name: string, revisions: readonly Listed[], selector = ''): string {
  const clusterSelector = selector === '' ? '' : `clusterSelector: ${selector}, `;
  const targets = revisions.map(
    (one) => `          - { revisionName: ${one.name}, componentName: web, port: 80, weight: ${one.weight} }\n`,
  );
  const placed = revisions.map(
    (one) => `    - revisionName: ${one.name}
      placement: [{ ${clusterSelector}distribution: { replicas: ${one.replicas ?? 2} } }]
`,
  );
  return `kind: ApplicationDeployment
metadata: { name: ${name}, namespace: default }
spec:
  traffic:
    hosts: [${name}.example.com]
    http:
      - match: [{ uri: { prefix: / } }]
        weightedTargets:
${targets.join('')}  appRevisions:
${placed.join('')}`;
}
