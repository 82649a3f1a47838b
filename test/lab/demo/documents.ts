/** The documents of the journey, as a user writes them: the design text's own example with placements for three clusters. */

/** The clusters of the journey and what each offers. */
export const journeyClusters = [
  { name: 'prod-cluster-1', labels: { usage: 'production' }, capability: 'istio', replicas: 5 },
  { name: 'edge-1', labels: { usage: 'edge' }, capability: 'gateway-api', replicas: 3 },
  { name: 'local', labels: {}, capability: 'ingress', replicas: 5 },
] as const;

/** Cluster documents: labels, and the gateways that routes attach to. */
export const clustersYaml = `kind: Cluster
metadata:
  name: prod-cluster-1
  labels:
    usage: production
spec:
  capabilities:
    istio: { gateways: [istio-system/public] }
---
kind: Cluster
metadata:
  name: edge-1
  labels:
    usage: edge
spec:
  capabilities:
    gateway-api: { gateways: [infra/public] }
---
kind: Cluster
metadata:
  name: local
spec:
  capabilities:
    ingress: true
`;

/** The application at one image. */
export function applicationYaml(image: string): string {
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: example-app
  namespace: default
  annotations:
    app.oam.dev/rollout-template: "true"
spec:
  components:
    - name: testsvc
      type: webservice
      properties:
        image: ${image}
        ports:
          - port: 80
            expose: false
`;
}

/** The deployment of some revisions, each with the weight it gets everywhere (null under ingress-only rules is not needed: auto ignores it). */
export function deploymentYaml(
  revisions: readonly { readonly name: string; readonly weight: number }[],
  deadline = '10m',
): string {
  const targets = revisions.map(
    ({ name, weight }) => `          - revisionName: ${name}
            componentName: testsvc
            port: 80
            weight: ${weight}
`,
  );
  const placements = revisions.map(
    ({ name }) => `    - revisionName: ${name}
      placement:
        - clusterSelector:
            labels:
              usage: production
            name: prod-cluster-1
          distribution:
            replicas: 5
        - clusterSelector:
            labels:
              usage: edge
          distribution:
            replicas: 3
        - distribution:
            replicas: 5
`,
  );
  return `kind: ApplicationDeployment
name: example-app-deploy
spec:
  traffic:
    hosts:
      - example-app.example.com
    http:
      - match:
          - uri:
              prefix: "/web"
        weightedTargets:
${targets.join('')}  appRevisions:
${placements.join('')}  rollout:
    progressDeadline: ${deadline}
`;
}
