import { rawApp } from '../../integration/scenarios/documents.ts';

/** All clusters that the journeys join. */
const everywhere = '{ labels: { env: prod }, pick: all }';
/** Those whose agent may read Secrets, and those where it may write into all namespaces. */
const trusted = '{ labels: { secrets: "yes" }, pick: all }';
const wide = '{ labels: { wide: "yes" }, pick: all }';

/** A revision of `shop`, and its share of the traffic. */
export type Listed = readonly [revision: string, weight: number];

/** The application `shop`: an image, and how long its pods take to get ready. */
export function shop(image: string, readyAfter: string | null = null): string {
  const traits =
    readyAfter === null
      ? ''
      : `      traits: [{ type: annotations, properties: { sluice.dev/test-ready-after: ${readyAfter} } }]\n`;
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop, namespace: default }
spec:
  components:
    - name: web
      type: webservice
      properties: { image: "${image}", ports: [{ port: 80 }] }
${traits}`;
}

/** Which revisions of `shop` run everywhere, with two replicas each, and how traffic splits. */
export function shopDeployment(listed: readonly Listed[], progressDeadline = '60s'): string {
  const targets = listed.map(
    ([name, weight]) => `{ revisionName: ${name}, componentName: web, port: 80, weight: ${weight} }`,
  );
  const placed = listed.map(
    ([name]) =>
      `{ revisionName: ${name}, placement: [{ clusterSelector: ${everywhere}, distribution: { replicas: 2 } }] }`,
  );
  return `apiVersion: core.oam.dev/v1beta1
kind: ApplicationDeployment
metadata: { name: shop, namespace: default }
spec:
  traffic:
    hosts: [shop.example.com]
    http: [{ weightedTargets: [${targets.join(', ')}] }]
  appRevisions: [${placed.join(', ')}]
  rollout: { progressDeadline: ${progressDeadline} }
`;
}

/** A ConfigMap `settings` everywhere, whose value is the number of its revision. */
export function settings(revision: number): string {
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { value: String(revision) },
  };
  return `${rawApp('settings', [map])}---\n${placedAs('settings', revision, everywhere)}`;
}

/** An application's document with a deployment that runs one revision of it everywhere. */
export function deployedEverywhere(name: string, application: string, revision: number): string {
  return `${application}---\n${placedAs(name, revision, everywhere)}`;
}

/** A Secret, for clusters whose agent may read them. */
export function confidential(revision: number): string {
  const value = String(revision);
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'confidential' }, stringData: { value } };
  return `${rawApp('confidential', [secret])}---\n${placedAs('confidential', revision, trusted)}`;
}

/** A ConfigMap in a namespace that nobody has made, for clusters whose agent may make it. */
export function elsewhere(revision: number): string {
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'elsewhere' },
    data: { value: String(revision) },
  };
  return `${rawApp('elsewhere', [map], 'elsewhere')}---\n${placedAs('elsewhere', revision, wide, 'elsewhere')}`;
}

function placedAs(name: string, revision: number, selector: string, namespace = 'default'): string {
  return `apiVersion: core.oam.dev/v1beta1
kind: ApplicationDeployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  appRevisions: [{ revisionName: ${name}-v${revision}, placement: [{ clusterSelector: ${selector} }] }]
`;
}
