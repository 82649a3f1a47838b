const kinds = [
  ['/api/v1', 'configmaps', 'v1', 'ConfigMap', (mark: string) => `data: { mark: "${mark}" }`],
  ['/api/v1', 'serviceaccounts', 'v1', 'ServiceAccount', () => 'automountServiceAccountToken: false'],
  ['/api/v1', 'services', 'v1', 'Service', () => 'spec: { selector: { app: kinds }, ports: [{ port: 80 }] }'],
  ['/apis/apps/v1', 'deployments', 'apps/v1', 'Deployment', (mark: string) => workload(mark, 'replicas: 1')],
  ['/apis/apps/v1', 'statefulsets', 'apps/v1', 'StatefulSet', (mark: string) => workload(mark, 'serviceName: kinds')],
  ['/apis/apps/v1', 'daemonsets', 'apps/v1', 'DaemonSet', (mark: string) => workload(mark, 'minReadySeconds: 0')],
  ['/apis/batch/v1', 'jobs', 'batch/v1', 'Job', () => `spec: { suspend: true, template: ${pod('1', 'Never')} }`],
  [
    '/apis/batch/v1',
    'cronjobs',
    'batch/v1',
    'CronJob',
    (mark: string) =>
      `spec: { schedule: "0 0 1 ${mark} *", jobTemplate: { spec: { template: ${pod('1', 'Never')} } } }`,
  ],
  [
    '/apis/autoscaling/v2',
    'horizontalpodautoscalers',
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    (mark: string) =>
      `spec: { maxReplicas: ${mark}, scaleTargetRef: { apiVersion: apps/v1, kind: StatefulSet, name: kinds } }`,
  ],
  [
    '/apis/policy/v1',
    'poddisruptionbudgets',
    'policy/v1',
    'PodDisruptionBudget',
    () => 'spec: { maxUnavailable: 1, selector: { matchLabels: { app: nothing } } }',
  ],
  [
    '/apis/networking.k8s.io/v1',
    'ingresses',
    'networking.k8s.io/v1',
    'Ingress',
    () => 'spec: { defaultBackend: { service: { name: kinds, port: { number: 80 } } } }',
  ],
  [
    '/apis/networking.k8s.io/v1',
    'networkpolicies',
    'networking.k8s.io/v1',
    'NetworkPolicy',
    () => 'spec: { podSelector: { matchLabels: { app: kinds } }, policyTypes: [Ingress] }',
  ],
  [
    '/apis/networking.istio.io/v1',
    'virtualservices',
    'networking.istio.io/v1',
    'VirtualService',
    () => 'spec: { hosts: [kinds], http: [{ route: [{ destination: { host: kinds } }] }] }',
  ],
  [
    '/apis/gateway.networking.k8s.io/v1',
    'httproutes',
    'gateway.networking.k8s.io/v1',
    'HTTPRoute',
    () => 'spec: { rules: [{ backendRefs: [{ name: kinds, port: 80 }] }] }',
  ],
] as const;

const claim = `            - apiVersion: v1
              kind: PersistentVolumeClaim
              metadata: { name: kinds, labels: { mark: "MARK" } }
              spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

/** Paths of the objects of `oneOfEach` that may be deleted. */
export const allKinds = kinds.map(([api, plural]) => `${api}/namespaces/default/${plural}/kinds`);

/** An Application with one object of every kind that the chart's rules name, all changed when the mark is another. */
export function oneOfEach(mark: string): string {
  const objects = kinds.map(
    ([, , apiVersion, kind, rest]) => `            - apiVersion: ${apiVersion}
              kind: ${kind}
              metadata: { name: kinds, labels: { mark: "${mark}" } }
              ${rest(mark)}
`,
  );
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: kinds }
spec:
  components:
    - name: objects
      type: k8s-objects
      properties:
        objects:
${[...objects, claim.replace('MARK', mark)].join('').replaceAll(/^ {4}/gm, '')}`;
}

function workload(mark: string, more: string): string {
  return `spec: { ${more}, selector: { matchLabels: { app: kinds } }, template: ${pod(mark, 'Always')} }`;
}

function pod(mark: string, restart: string): string {
  const spec = `restartPolicy: ${restart}, containers: [{ name: c, image: "nginx:1.${mark}" }]`;
  return `{ metadata: { labels: { app: kinds } }, spec: { ${spec} } }`;
}
