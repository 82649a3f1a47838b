import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rewrittenFields } from '../../../agent/apply/rewritten.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { accepted } from '../../fixtures/hub/refused.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { describeControlPlane } from './suite.ts';

const golden = new URL('../../golden/render/', import.meta.url).pathname;

/** Every object that the golden files of rendering have. */
function rendered(): readonly (readonly [title: string, object: KubeObject])[] {
  const files = readdirSync(golden).filter((name) => name.endsWith('.json'));
  return files.flatMap((name) => [...objectsIn(JSON.parse(readFileSync(golden + name, 'utf8')) as unknown, name)]);
}

function* objectsIn(value: unknown, title: string): Iterable<readonly [string, KubeObject]> {
  if (value === null || typeof value !== 'object') return;
  const object = value as Partial<KubeObject>;
  if (typeof object.apiVersion === 'string' && typeof object.kind === 'string' && object.metadata?.name !== undefined)
    yield [`${title} ${object.kind}/${object.metadata.name}`, object as KubeObject];
  else for (const child of Object.values(value)) yield* objectsIn(child, title);
}

const made = (apiVersion: string, kind: string, rest: object): readonly [string, KubeObject] => [
  kind,
  { apiVersion, kind, metadata: { name: 'forms' }, ...rest },
];
const labels = { app: 'forms' };
const pod = (more: object = {}, container: object = {}) => ({
  metadata: { labels, creationTimestamp: null },
  spec: {
    containers: [
      {
        name: 'web',
        image: 'app:1',
        env: [
          { name: 'EMPTY', value: '' },
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        ports: [
          { containerPort: 53, protocol: 'UDP' },
          { containerPort: 53, protocol: 'TCP' },
        ],
        resources: { limits: { cpu: 1, memory: '1024Mi' }, requests: { cpu: '1000m', memory: '0.5Gi' } },
        livenessProbe: { httpGet: { port: 'http', path: '' }, periodSeconds: 0, timeoutSeconds: 0 },
        securityContext: {},
        args: [],
        ...container,
      },
    ],
    volumes: [
      { name: 'empty', emptyDir: {} },
      { name: 'large', emptyDir: { sizeLimit: '2048Mi' } },
      { name: 'config', configMap: { name: 'c', optional: false } },
    ],
    hostNetwork: false,
    nodeSelector: {},
    tolerations: [],
    securityContext: null,
    serviceAccountName: '',
    ...more,
  },
});
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { size: { type: 'integer', minimum: 1.0, default: 3 }, mode: { enum: ['a', 'b'], type: 'string' } },
    },
  },
};

/** Values in forms that servers write otherwise. */
const forms: readonly (readonly [title: string, object: KubeObject])[] = [
  made('apps/v1', 'Deployment', { spec: { replicas: 0, selector: { matchLabels: labels }, template: pod() } }),
  made('apps/v1', 'StatefulSet', {
    spec: {
      serviceName: '',
      selector: { matchLabels: labels },
      template: pod(),
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1.5Gi' } } },
        },
      ],
    },
  }),
  made('apps/v1', 'DaemonSet', {
    spec: {
      selector: { matchLabels: labels },
      template: pod(),
      updateStrategy: { rollingUpdate: { maxUnavailable: '50%' } },
    },
  }),
  made('batch/v1', 'Job', { spec: { backoffLimit: 0, template: pod({ restartPolicy: 'Never' }) } }),
  made('batch/v1', 'CronJob', {
    spec: {
      schedule: '*/5 * * * *',
      suspend: false,
      jobTemplate: { spec: { template: pod({ restartPolicy: 'OnFailure' }) } },
    },
  }),
  made('v1', 'Pod', { spec: pod().spec }),
  made('v1', 'Service', {
    spec: {
      type: '',
      clusterIP: '',
      selector: labels,
      ports: [
        { port: 80, targetPort: 8080 },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ].map((one, at) => ({ name: `p${at}`, ...one })),
    },
  }),
  made('v1', 'ConfigMap', { data: { empty: '', a: '1000m' }, binaryData: { b: 'YWJj' }, immutable: false }),
  made('v1', 'Secret', { type: '', data: { a: 'YWJj', b: 'YWJj\nZGVm\n' } }),
  made('v1', 'PersistentVolumeClaim', {
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1536Mi' }, limits: {} },
    },
  }),
  made('v1', 'ServiceAccount', { automountServiceAccountToken: false, imagePullSecrets: [] }),
  made('v1', 'ResourceQuota', { spec: { hard: { 'requests.cpu': '2000m', 'count/pods': '1k' } } }),
  made('v1', 'LimitRange', { spec: { limits: [{ type: 'Container', max: { cpu: '2000m' }, default: { cpu: 1 } }] } }),
  made('networking.k8s.io/v1', 'Ingress', {
    spec: {
      rules: [
        {
          host: 'a.example.com',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }],
          },
        },
        {
          host: 'a.example.com',
          http: {
            paths: [{ path: '/b', pathType: 'Exact', backend: { service: { name: 'b', port: { name: 'http' } } } }],
          },
        },
      ],
      tls: [{ hosts: ['a.example.com'], secretName: '' }],
    },
  }),
  made('networking.k8s.io/v1', 'NetworkPolicy', {
    spec: {
      podSelector: {},
      ingress: [
        {
          from: [{ podSelector: {} }, { ipBlock: { cidr: '10.0.0.0/8', except: [] } }],
          ports: [{ port: 'http' }, { port: 53, protocol: 'UDP' }],
        },
        {},
      ],
    },
  }),
  made('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: '50%', selector: { matchLabels: labels } } }),
  made('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'forms' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '1000m' } } },
        { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } } },
        {
          type: 'Pods',
          pods: { metric: { name: 'rps', selector: {} }, target: { type: 'AverageValue', averageValue: '0.5k' } },
        },
      ],
      behavior: {
        scaleDown: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
      },
    },
  }),
  made('rbac.authorization.k8s.io/v1', 'Role', {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: [] }],
  }),
  made('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'forms' },
    subjects: [
      { kind: 'ServiceAccount', name: 'a', namespace: 'default', apiGroup: '' },
      { kind: 'User', name: 'u' },
    ],
  }),
  made('rbac.authorization.k8s.io/v1', 'ClusterRole', { rules: [], aggregationRule: null }),
  made('scheduling.k8s.io/v1', 'PriorityClass', { value: 1000, globalDefault: false, description: '' }),
  made('storage.k8s.io/v1', 'StorageClass', {
    provisioner: 'example.com/x',
    parameters: {},
    allowVolumeExpansion: false,
  }),
  made('coordination.k8s.io/v1', 'Lease', {
    spec: { renewTime: '2026-06-01T12:00:00.500000Z', leaseDurationSeconds: 15 },
  }),
  made('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
    webhooks: [
      {
        name: 'a.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { service: { name: 'a', namespace: 'default', path: '' } },
        rules: [],
        namespaceSelector: {},
      },
    ],
  }),
  made('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    metadata: { name: 'forms.f.example.com' },
    spec: {
      group: 'f.example.com',
      scope: 'Namespaced',
      preserveUnknownFields: false,
      names: { plural: 'forms', kind: 'Form' },
      versions: [{ name: 'v1', served: true, storage: true, deprecated: false, schema: { openAPIV3Schema: schema } }],
    },
  }),
];

const inCluster: ReadonlySet<string> = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'Namespace',
  'PriorityClass',
  'StorageClass',
  'ValidatingWebhookConfiguration',
]);

function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith('y')) return `${lower.slice(0, -1)}ies`;
  return /(s|x)$/.test(lower) ? `${lower}es` : `${lower}s`;
}

describeControlPlane('what an API server makes of objects by itself', (binaries) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ name: 'rewritten', binaries, crds: ['istio', 'gateway-api'] });
  });
  afterAll(() => cluster.stop());

  it.each([...forms, ...accepted, ...rendered()])('is not told as a change of a policy: %s', async (_, object) => {
    const { apiVersion, kind, metadata } = object;
    const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const isWide = inCluster.has(kind);
    const place = isWide ? '' : '/namespaces/default';
    const sent = { ...object, metadata: { ...metadata, ...(isWide ? {} : { namespace: 'default' }) } };
    const name = encodeURIComponent(metadata.name);
    const { status, body } = await cluster.admin.send({
      method: 'PATCH',
      path: `${group}${place}/${pluralOf(kind)}/${name}?fieldManager=test&force=true&dryRun=All`,
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: JSON.stringify(sent),
    });
    expect(status, JSON.stringify(body)).toBeLessThan(300);
    expect(rewrittenFields(sent, body as KubeObject)).toEqual([]);
  });
});
