/** Properties by type that show what it is for; each renders. */
export const examples: Readonly<Record<string, object>> = {
  webservice: {
    image: 'nginx:1.29',
    ports: [{ port: 80, expose: true }],
    cpu: '100m',
    memory: '64Mi',
    livenessProbe: { httpGet: { path: '/', port: 80 } },
  },
  worker: { image: 'busybox:1.37', cmd: ['sleep', '86400'] },
  task: { image: 'perl:5.42', cmd: ['perl', '-e', 'print 2 ** 64'], backoffLimit: 3 },
  'cron-task': { image: 'busybox:1.37', schedule: '0 3 * * *', cmd: ['date'], concurrencyPolicy: 'Forbid' },
  daemon: {
    image: 'fluent/fluent-bit:4.1',
    volumeMounts: { hostPath: [{ name: 'log', mountPath: '/var/log', path: '/var/log' }] },
  },
  statefulset: {
    image: 'postgres:17',
    ports: [{ port: 5432 }],
    volumeClaimTemplates: [{ name: 'data', mountPath: '/var/lib/postgresql', storage: '10Gi' }],
  },
  'k8s-objects': {
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { colour: 'blue' } }],
  },
  'ref-objects': {
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { colour: 'blue' } }],
  },
  raw: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { colour: 'blue' } },
  affinity: {
    podAntiAffinity: {
      preferred: [
        {
          weight: 100,
          podAffinityTerm: {
            labelSelector: { matchLabels: { 'app.oam.dev/component': 'web' } },
            topologyKey: 'kubernetes.io/hostname',
          },
        },
      ],
    },
  },
  annotations: { 'prometheus.io/scrape': 'true' },
  'canary-traffic': { port: [80] },
  command: { command: ['nginx'], args: ['-g', 'daemon off;'] },
  'container-image': { image: 'nginx:1.29-alpine' },
  'container-ports': { ports: [{ containerPort: 9113 }] },
  cpuscaler: { min: 2, max: 10, cpuUtil: 70 },
  env: { env: { LOG_LEVEL: 'debug' }, unset: ['TRACE'] },
  expose: { port: [80], type: 'LoadBalancer' },
  gateway: { domain: 'shop.example.com', http: { '/': 80 } },
  hostalias: { hostAliases: [{ ip: '10.0.0.7', hostnames: ['mainframe'] }] },
  hpa: { min: 2, max: 10, cpu: { value: 70 }, mem: { value: 80 } },
  'init-container': {
    name: 'fetch',
    image: 'busybox:1.37',
    cmd: ['sh', '-c', 'echo hello > /pages/index.html'],
    initMountPath: '/pages',
    appMountPath: '/usr/share/nginx/html',
  },
  'istio-gateway': { hosts: ['shop.example.com'], match: [{ prefix: '/' }], port: 80 },
  'json-patch': { operations: [{ op: 'add', path: '/spec/revisionHistoryLimit', value: 3 }] },
  'json-merge-patch': { spec: { revisionHistoryLimit: 3 } },
  'k8s-update-strategy': { strategy: { type: 'RollingUpdate', rollingStrategy: { maxSurge: 1, maxUnavailable: 0 } } },
  labels: { team: 'shop' },
  lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
  nocalhost: { port: 80, image: 'node', gitUrl: 'https://git.example.com/shop/web.git' },
  podsecuritycontext: { runAsUser: 101, fsGroup: 101, seccompProfile: { type: 'RuntimeDefault' } },
  'pure-ingress': { domain: 'shop.example.com', http: { '/': 80 } },
  resource: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: 1, memory: '256Mi' } },
  rollout: { targetSize: 3, rolloutBatches: [{ replicas: 1 }, { replicas: 2 }] },
  scaler: { replicas: 3 },
  securitycontext: { runAsUser: 101, readOnlyRootFilesystem: true, dropCapabilities: ['ALL'] },
  'service-account': {
    name: 'web',
    create: true,
    privileges: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] }],
  },
  'service-binding': { envMappings: { DB_PASSWORD: { secret: 'db', key: 'password' } } },
  sidecar: { name: 'exporter', image: 'nginx/nginx-prometheus-exporter:1.5' },
  'startup-probe': { httpGet: { path: '/', port: 80 }, failureThreshold: 30 },
  storage: {
    pvc: [{ name: 'data', mountPath: '/data', resources: { requests: { storage: '1Gi' } } }],
    configMap: [{ name: 'settings', mountPath: '/etc/web', data: { 'web.conf': 'colour = blue' } }],
  },
  topologyspreadconstraints: {
    constraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'app.oam.dev/component': 'web' } },
      },
    ],
  },
  volumes: { volumes: [{ name: 'cache', type: 'emptyDir' }] },
};
