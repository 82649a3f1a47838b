import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../hub/cue/engine.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { canonicalPretty } from '../../../shared/lib/canonical.ts';
import type { Fleet } from '../../../hub/model/fleet.ts';
import { fleetOf } from '../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../fixtures/hub/rendering.ts';

const application = (image: string): string => `
kind: Application
metadata: { name: example-app, annotations: { app.oam.dev/revision-only: "true" } }
spec:
  components:
    - name: testsvc
      type: webservice
      properties: { image: "${image}", port: 8080 }
`;
const deployment = `
kind: ApplicationDeployment
metadata: { name: example-app-deploy }
spec:
  traffic:
    hosts: [example-app.example.com]
    http:
      - match: [{ uri: { prefix: /web } }]
        weightedTargets:
          - { revisionName: example-app-v1, componentName: testsvc, port: 80, weight: 50 }
          - { revisionName: example-app-v2, componentName: testsvc, port: 80, weight: 50 }
  appRevisions:
    - revisionName: example-app-v1
      placement:
        - clusterSelector: { labels: { usage: production }, name: prod-cluster-1 }
          distribution: { replicas: 5 }
        - distribution: { replicas: 5 }
    - revisionName: example-app-v2
      placement:
        - clusterSelector: { labels: { usage: production }, name: prod-cluster-1 }
          distribution: { replicas: 5 }
        - distribution: { replicas: 5 }
`;
const clusters = (capabilities: string): string => `
kind: Cluster
metadata: { name: prod-cluster-1, labels: { usage: production } }
spec: { capabilities: ${capabilities} }
`;
const local = `
kind: Cluster
metadata: { name: local }
`;
const documents = (...texts: string[]): string => texts.join('---\n');
const seed = (capabilities: string): Fleet[] => [
  fleetOf(application('example.com/testsvc:v1')),
  fleetOf(documents(application('example.com/testsvc:v2'), deployment, clusters(capabilities), local)),
];
const plain = (components: string, more = ''): Fleet[] => [
  fleetOf(`kind: Application\nmetadata: { name: shop, namespace: shops }\nspec:\n  components:\n${components}${more}---${local}`),
];

const scenes: readonly (readonly [file: string, fleets: readonly Fleet[]])[] = [
  ['seed-istio', seed('{ istio: { gateways: [istio-system/public] } }')],
  ['seed-gateway-api', seed('{ gateway-api: { gateways: [infra/public] }, ingress: true }')],
  ['seed-ingress', seed('{ ingress: { className: nginx } }')],
  [
    'statefulset',
    [
      fleetOf(`
kind: Application
metadata: { name: db }
spec:
  components:
    - name: postgres
      type: statefulset
      properties:
        image: postgres:17
        ports: [{ port: 5432, name: sql }]
        volumeClaimTemplates: [{ name: data, mountPath: /var/lib/postgresql, storage: 10Gi }]
---
kind: ApplicationDeployment
metadata: { name: db-deploy }
spec:
  traffic: { provider: none, http: [{ weightedTargets: [{ revisionName: db-v1, componentName: postgres, port: 5432 }] }] }
  appRevisions: [{ revisionName: db-v1, placement: [{ distribution: { replicas: 3 } }] }]
---
${local}`),
    ],
  ],
  [
    'raw-objects-with-hpa',
    [
      fleetOf(`
kind: Application
metadata: { name: raw }
spec:
  components:
    - name: all
      type: k8s-objects
      properties:
        objects:
          - { apiVersion: v1, kind: ConfigMap, metadata: { name: settings }, data: { a: "1" } }
          - apiVersion: apps/v1
            kind: Deployment
            metadata: { name: web }
            spec:
              replicas: 2
              selector: { matchLabels: { app: web } }
              template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: nginx }] } }
          - apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: { name: web }
            spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 9 }
---
kind: ApplicationDeployment
metadata: { name: raw-deploy }
spec: { appRevisions: [{ revisionName: raw-v1, placement: [{}] }] }
---
${local}`),
    ],
  ],
  [
    'own-definition',
    plain(
      '    - { name: cache, type: cache, properties: { size: 64Mi }, traits: [{ type: sidecar, properties: { image: "busybox:1" } }] }\n',
      `---
apiVersion: core.oam.dev/v1beta1
kind: ComponentDefinition
metadata: { name: cache, namespace: vela-system }
spec:
  workload: { definition: { apiVersion: apps/v1, kind: Deployment } }
  schematic:
    cue:
      template: |
        output: {
          apiVersion: "apps/v1"
          kind: "Deployment"
          spec: {
            selector: matchLabels: "app.oam.dev/component": context.name
            template: {
              metadata: labels: "app.oam.dev/component": context.name
              spec: containers: [{name: context.name, image: "redis:7", args: ["--maxmemory", parameter.size]}]
            }
          }
        }
        outputs: settings: {
          apiVersion: "v1"
          kind: "ConfigMap"
          data: application: context.appName
        }
        parameter: {
          // +usage=Memory of the cache
          size: *"32Mi" | string
        }
---
apiVersion: core.oam.dev/v1beta1
kind: TraitDefinition
metadata: { name: sidecar }
spec:
  schematic:
    cue:
      template: |
        patch: {
          // +patchKey=name
          spec: template: spec: containers: [{name: "sidecar", image: parameter.image}]
        }
        parameter: image: string
`,
    ),
  ],
  [
    'traits',
    plain(`    - name: web
      type: webservice
      properties: { image: "nginx:1", ports: [{ port: 80, expose: true }], env: [{ name: A, value: a }, { name: B, value: b }] }
      traits:
        - { type: scaler, properties: { replicas: 4 } }
        - { type: labels, properties: { team: shop } }
        - { type: annotations, properties: { note: hello } }
        - { type: env, properties: { env: { A: changed, C: c }, unset: [B] } }
        - { type: expose, properties: { port: [9090] } }
        - { type: gateway, properties: { domain: shop.example.com, http: { "/": 80 } } }
`),
  ],
];

describe('rendered clusters look as they always did', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  it.each(scenes)('%s', async (file, fleets) => {
    const rendered = await renderFleet(cue, ...fleets);
    await expect(canonicalPretty(rendered)).toMatchFileSnapshot(`${file}.json`);
  });
});
