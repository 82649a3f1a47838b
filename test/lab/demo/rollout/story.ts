/** The fleet of the demo of rollouts: two canaries, and ten clusters of three regions. */
export const members: readonly { readonly name: string; readonly region: string; readonly stage: Stage }[] = [
  { name: 'canary-1', region: 'eu', stage: 'canary' },
  { name: 'canary-2', region: 'us', stage: 'canary' },
  ...['eu-1', 'eu-2', 'eu-3', 'eu-4'].map((name) => ({ name, region: 'eu', stage: 'prod' as const })),
  ...['us-1', 'us-2', 'us-3', 'us-4'].map((name) => ({ name, region: 'us', stage: 'prod' as const })),
  ...['edge-1', 'edge-2'].map((name) => ({ name, region: 'edge', stage: 'prod' as const })),
];

export type Stage = 'canary' | 'prod';

/** The cluster whose link is cut, and the one whose site holds changes; what the operator of that site wrote. */
export const [away, held, holdWords] = ['edge-2', 'eu-3', 'until 2099-01-01 stocktaking'];

export const canaries: readonly string[] = members.filter(({ stage }) => stage === 'canary').map(({ name }) => name);

/** Pods of the application on each cluster. */
export const replicas = 3;

/** How long each part of the story takes, in seconds: long enough to be seen. */
export interface Times {
  readonly soak: number;
  /** Of the versions that work, on a busy machine, too; and of the one that does not. */
  readonly deadline: number;
  readonly failAfter: number;
}

/** What the demo shows. */
export const times: Times = { soak: 10, deadline: 60, failAfter: 15 };

export type Version = 'v1' | 'v2' | 'v3';

/** The image of each version; a node cannot pull the third one. */
export const images: Readonly<Record<Version, string>> = {
  v1: 'example.com/shop:v1',
  v2: 'example.com/shop:v2',
  v3: 'broken/shop:v3',
};

/** The version of an image; `-` where nothing runs. */
export function versionOf(image: string | null): string {
  return image?.slice(image.lastIndexOf(':') + 1) ?? '-';
}

/** The list of clusters as `sluice-hub cluster join --from` reads it. */
export const clusterList = members
  .map(({ name, region, stage }) => `${name} env=prod,region=${region},stage=${stage}\n`)
  .join('');

/** The document at one version; the first goes out without a rollout policy. */
export function documentOf(version: Version, { soak, deadline, failAfter }: Times): string {
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
spec:
  components:
    - name: web
      type: webservice
      properties:
        image: ${images[version]}
        ports: [{ port: 80 }]
      traits:
        - type: scaler
          properties: { replicas: ${replicas} }
  policies:
    - name: everywhere
      type: topology
      properties: { clusterLabelSelector: { env: prod } }
${version === 'v1' ? '' : policyOf(soak, version === 'v3' ? failAfter : deadline)}`;
}

/** What a person writes to be careful, as the demo shows it. */
export function policyOf(soak: number, deadline: number): string {
  return `    - name: careful
      type: rollout
      properties:
        waves:
          - { name: canary, clusters: { labels: { stage: canary } }, soak: ${soak}s }
          - { name: fleet, approval: required }
        maxConcurrent: 5
        progressDeadline: ${deadline}s
        onFailure: rollback
`;
}
