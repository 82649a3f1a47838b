import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const web = '{ name: web, type: webservice, properties: { image: "nginx:1" }';
const cron = '{ name: web, type: cron-task, properties: { image: x, schedule: "* * * * *" }';
const app = (component: string): string =>
  `kind: Application\nmetadata: { name: app }\nspec:\n  components:\n    - ${component}\n---\nkind: Cluster\nmetadata: { name: local }\n`;

interface Pods {
  readonly containers: readonly object[];
  readonly initContainers?: readonly object[];
  readonly volumes?: readonly object[];
}

describe('the library', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const rendered = async (component: string) => {
    const { apps, problems } = await renderFleet(cue, fleetOf(app(component)));
    const errors = problems
      .filter(({ severity }) => severity === 'error')
      .map(({ code, message }) => `${code} ${message}`);
    return { errors, objects: apps.flatMap(({ objects }) => objects.map(({ object }) => object)) };
  };
  const specOf = async (component: string, kind: string): Promise<object> => {
    const { errors, objects } = await rendered(component);
    expect(errors).toEqual([]);
    return objects.find((object) => object.kind === kind)?.['spec'] as object;
  };
  const podsOf = async (component: string): Promise<Pods> => {
    const { errors, objects } = await rendered(component);
    expect(errors).toEqual([]);
    const workload = objects.find(({ kind }) => ['Deployment', 'CronJob', 'DaemonSet'].includes(kind));
    const { template, jobTemplate } = workload?.['spec'] as {
      template?: { spec: Pods };
      jobTemplate: { spec: { template: { spec: Pods } } };
    };
    return template === undefined ? jobTemplate.spec.template.spec : template.spec;
  };

  const port = 'ports: [{ port: 80, expose: true }]';
  it.each([
    ['webservice', `{ name: web, type: webservice, properties: { image: a, ${port} } }`, ['webserviceExpose']],
    ['daemon', `{ name: web, type: daemon, properties: { image: a, ${port} } }`, ['webserviceExpose']],
    [
      'statefulset',
      `{ name: web, type: statefulset, properties: { image: a, ${port} } }`,
      ['headless', 'statefulsetsExpose'],
    ],
    [
      'gateway',
      `${web}, traits: [{ type: gateway, properties: { domain: a.b, http: { /: 80 } } }] }`,
      ['ingress', 'service'],
    ],
    ['expose', `${web}, traits: [{ type: expose, properties: { port: [80] } }] }`, ['service']],
    ['hpa', `${web}, traits: [{ type: hpa, properties: { cpu: {} } }] }`, ['hpa']],
    [
      'nocalhost',
      `${web}, traits: [{ type: nocalhost, properties: { port: 80, image: go, command: {}, sync: {}, resources: { limits: {}, requests: {} } } }] }`,
      ['nocalhostService'],
    ],
    [
      'storage',
      `${web}, traits: [{ type: storage, properties: { pvc: [{ name: a, mountPath: /a }], configMap: [{ name: b }], secret: [{ name: c, mountPath: /c }] } }] }`,
      ['configmap-b', 'pvc-a', 'secret-c'],
    ],
  ])('gives its objects the names that traits and outputs of KubeVela use: %s', async (_, component, names) => {
    const { errors, objects } = await rendered(component);
    expect(errors).toEqual([]);
    const given = objects.map(({ metadata }) => metadata.labels?.['trait.oam.dev/resource'] ?? '');
    expect(given.filter((name) => name !== '').sort()).toEqual(names);
  });

  it('has a Service that a trait can change by its name', async () => {
    const patch = 'patchOutputs: webserviceExpose: spec: externalTrafficPolicy: "Local"';
    const trait = `---\nkind: TraitDefinition\nmetadata: { name: local }\nspec: { schematic: { cue: { template: '${patch}' } } }\n`;
    const component = `{ name: web, type: webservice, properties: { image: a, exposeType: NodePort, ${port} }, traits: [{ type: local }] }`;
    const { apps } = await renderFleet(cue, fleetOf(app(component) + trait));
    expect(apps.flatMap(({ objects }) => objects.map(({ object }) => object['spec']))).toContainEqual(
      expect.objectContaining({ externalTrafficPolicy: 'Local' }),
    );
  });

  it.each([
    ['command', '{ type: command, properties: { containerName: nope, command: [c] } }'],
    ['container-image', '{ type: container-image, properties: { containers: [{ containerName: nope, image: x }] } }'],
    [
      'container-ports',
      '{ type: container-ports, properties: { containerName: nope, ports: [{ containerPort: 1 }] } }',
    ],
    ['env', '{ type: env, properties: { containerName: nope, env: { A: b } } }'],
    ['securitycontext', '{ type: securitycontext, properties: { containerName: nope } }'],
    ['startup-probe', '{ type: startup-probe, properties: { containerName: nope, exec: { command: [a] } } }'],
  ])('never adds a container without an image, where %s names one that is not there', async (_, trait) => {
    const { errors, objects } = await rendered(`${web}, traits: [${trait}] }`);
    expect(objects).toEqual([]);
    expect(errors).toEqual([
      expect.stringMatching(/^RENDER_FAILED app-v1: TraitDefinition\/\S+: container nope not found$/),
    ]);
  });

  it.each([
    [
      'sidecar',
      '{ type: sidecar, properties: { name: log, image: b } }',
      { containers: [{ name: 'web' }, { name: 'log', image: 'b' }] },
    ],
    [
      'storage',
      '{ type: storage, properties: { emptyDir: [{ name: e, mountPath: /e }] } }',
      { volumes: [{ name: 'emptydir-e' }] },
    ],
    [
      'affinity',
      '{ type: affinity, properties: { tolerations: [{ key: a, operator: Exists }] } }',
      { tolerations: [{ key: 'a', operator: 'Exists' }] },
    ],
    ['env', '{ type: env, properties: { env: { A: b } } }', { containers: [{ env: [{ name: 'A', value: 'b' }] }] }],
    ['command', '{ type: command, properties: { addArgs: [a] } }', { containers: [{ args: ['a'] }] }],
    ['container-image', '{ type: container-image, properties: { image: b } }', { containers: [{ image: 'b' }] }],
    [
      'lifecycle',
      '{ type: lifecycle, properties: { preStop: { exec: { command: [a] } } } }',
      { containers: [{ lifecycle: { preStop: {} } }] },
    ],
    ['service-account', '{ type: service-account, properties: { name: sa } }', { serviceAccountName: 'sa' }],
    [
      'podsecuritycontext',
      '{ type: podsecuritycontext, properties: { fsGroup: 1 } }',
      { securityContext: { fsGroup: 1 } },
    ],
  ])('%s changes the pods of a CronJob where they are', async (_, trait, pod) => {
    expect(await podsOf(`${cron}, traits: [${trait}] }`)).toMatchObject(pod);
  });

  it.each([
    [
      'a name for each protocol',
      '[{ port: 53, protocol: UDP, expose: true }, { port: 53, expose: true }]',
      ['port-53-udp', 'port-53'],
    ],
    [
      'a name for each of two that lead to one container port',
      '[{ port: 80, containerPort: 8080, expose: true }, { port: 81, containerPort: 8080, protocol: TCP, expose: true }]',
      ['port-80', 'port-81'],
    ],
    ['the name that is written', '[{ port: 80, containerPort: 8080, name: http, expose: true }]', ['http']],
  ])('gives ports %s', async (_, ports, names) => {
    const service = await specOf(
      `{ name: web, type: webservice, properties: { image: x, ports: ${ports} } }`,
      'Service',
    );
    expect((service as { ports: { name: string }[] }).ports.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    [
      'a limit of memory alone',
      '{ memory: 1Gi }',
      { requests: { cpu: '1', memory: '64Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    ],
    [
      'a limit of both',
      '{ cpu: "2", memory: 1Gi }',
      { requests: { cpu: '1', memory: '64Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    ],
  ])('keeps the other limit beside %s', async (_, limit, resources) => {
    const pods = await podsOf(
      `{ name: web, type: worker, properties: { image: x, cpu: "1", memory: 64Mi, limit: ${limit} } }`,
    );
    expect(pods.containers).toMatchObject([{ resources }]);
  });

  it.each([
    ['requests alone', '{ requests: { cpu: 1, memory: 1Gi } }', { requests: { cpu: 1, memory: '1Gi' } }],
    ['CPU alone', '{ cpu: 2 }', { requests: { cpu: 2 }, limits: { cpu: 2 } }],
    ['limits with what they leave out', '{ limits: { memory: 1Gi } }', { limits: { cpu: 1, memory: '1Gi' } }],
  ])('resource takes %s', async (_, properties, resources) => {
    const pods = await podsOf(`${web}, traits: [{ type: resource, properties: ${properties} }] }`);
    expect(pods.containers).toEqual([{ name: 'web', image: 'nginx:1', resources }]);
  });

  it('resource replaces what the component says', async () => {
    const pods = await podsOf(
      '{ name: web, type: worker, properties: { image: x, cpu: "1", memory: 64Mi }, traits: [{ type: resource, properties: { cpu: "2", memory: 1Gi } }] }',
    );
    const both = { cpu: '2', memory: '1Gi' };
    expect(pods.containers).toMatchObject([{ resources: { requests: both, limits: both } }]);
  });

  it('env changes one of several containers, and removes all of another', async () => {
    const component = '{ name: web, type: worker, properties: { image: x, env: [{ name: A, value: a }] }';
    const sidecar = '{ type: sidecar, properties: { name: log, image: b, env: [{ name: B, value: b }] } }';
    const env =
      '{ type: env, properties: { containers: [{ containerName: log, replace: true, env: { C: c } }, { containerName: web, unset: [A] }] } }';
    const { containers } = await podsOf(`${component}, traits: [${sidecar}, ${env}] }`);
    expect(containers).toEqual([
      { name: 'web', image: 'x', env: [] },
      { name: 'log', image: 'b', env: [{ name: 'C', value: 'c' }] },
    ]);
  });

  it('container-ports binds a port that is there, and adds one that is not', async () => {
    const component =
      '{ name: web, type: webservice, properties: { image: x, ports: [{ port: 80 }, { port: 53, protocol: UDP }] }';
    const ports = '[{ containerPort: 80, hostPort: 8080 }, { containerPort: 53, hostPort: 53 }]';
    const { containers } = await podsOf(
      `${component}, traits: [{ type: container-ports, properties: { ports: ${ports} } }] }`,
    );
    expect(containers).toMatchObject([
      {
        ports: [
          { containerPort: 80, hostPort: 8080, name: 'port-80', protocol: 'TCP' },
          { containerPort: 53, name: 'port-53-udp', protocol: 'UDP' },
          { containerPort: 53, hostPort: 53, protocol: 'TCP' },
        ],
      },
    ]);
  });

  it('storage mounts what exists, and makes what does not', async () => {
    const storage = `{ type: storage, properties: {
      pvc: [{ name: old, mountPath: /old, mountOnly: true }, { name: raw, mountPath: /dev/raw, volumeMode: Block }],
      configMap: [{ name: c, mountToEnvs: [{ envName: A, configMapKey: a }, { envName: B, configMapKey: b }], data: { a: "1", b: "2" } }],
      secret: [{ name: s, mountPath: /s, subPath: k, readOnly: true, stringData: { k: v } }],
      hostPath: [{ name: h, mountPath: /h, path: /var }] } }`;
    const { errors, objects } = await rendered(`${web}, traits: [${storage}] }`);
    expect(errors).toEqual([]);
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      'ConfigMap c',
      'Deployment web',
      'PersistentVolumeClaim raw',
      'Secret s',
    ]);
    const [container] = (await podsOf(`${web}, traits: [${storage}] }`)).containers;
    expect(container).toMatchObject({
      env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'a' } } }, { name: 'B' }],
      volumeDevices: [{ name: 'pvc-raw', devicePath: '/dev/raw' }],
      volumeMounts: [
        { name: 'pvc-old', mountPath: '/old' },
        { name: 'secret-s', mountPath: '/s', subPath: 'k', readOnly: true },
        { name: 'hostpath-h', mountPath: '/h' },
      ],
    });
  });

  it('lets a folder of the node show what is mounted inside it', async () => {
    const mount = '{ name: h, mountPath: /h, path: /var, mountPropagation: HostToContainer, readOnly: true }';
    const { containers } = await podsOf(
      `{ name: web, type: daemon, properties: { image: x, volumeMounts: { hostPath: [${mount}] } } }`,
    );
    const mounted = { name: 'h', mountPath: '/h', mountPropagation: 'HostToContainer', readOnly: true };
    expect(containers).toMatchObject([{ volumeMounts: [mounted] }]);
  });

  it.each([
    ['{}', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%' } }],
    [
      '{ maxUnavailable: 0, maxSurge: 1 }',
      { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    ],
    ['{ maxUnavailable: 0% }', { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '0%', maxSurge: '25%' } }],
  ])('replaces the pods of a DaemonSet as Kubernetes allows: %s', async (steps, updateStrategy) => {
    const trait = `{ type: k8s-update-strategy, properties: { strategy: { rollingStrategy: ${steps} } } }`;
    const daemon = `{ name: web, type: daemon, properties: { image: x }, traits: [${trait}] }`;
    expect(await specOf(daemon, 'DaemonSet')).toHaveProperty('updateStrategy', updateStrategy);
  });

  it.each([
    [
      '[{ op: add, path: /spec/template/metadata/labels/a, value: b }, { op: remove, path: /spec/replicas }]',
      { template: { metadata: { labels: { a: 'b' } } } },
    ],
    [
      '[{ op: test, path: /spec/replicas, value: 2 }, { op: replace, path: /spec/replicas, value: 3 }]',
      { replicas: 3 },
    ],
  ])('changes a workload by JSON patches: %s', async (operations, spec) => {
    const trait = `{ type: json-patch, properties: { operations: ${operations} } }`;
    const worker = `{ name: web, type: worker, properties: { image: x, replicas: 2 }, traits: [${trait}] }`;
    expect(await specOf(worker, 'Deployment')).toMatchObject(spec);
  });

  it('says where an operation of a JSON patch leads to nothing', async () => {
    const trait = '{ type: json-patch, properties: { operations: [{ op: replace, path: /spec/nope, value: 1 }] } }';
    const { errors, objects } = await rendered(`${web}, traits: [${trait}] }`);
    expect(objects).toEqual([]);
    expect(errors).toEqual([expect.stringContaining('/spec/nope')]);
  });

  it('lets the volumes trait say what a volume of the component is', async () => {
    const component = '{ name: web, type: worker, properties: { image: x, volumes: [{ name: a, mountPath: /a }] }';
    const trait = '{ type: volumes, properties: { volumes: [{ name: a, type: pvc, claimName: c }, { name: b }] } }';
    const { volumes } = await podsOf(`${component}, traits: [${trait}] }`);
    expect(volumes).toEqual([
      { name: 'a', persistentVolumeClaim: { claimName: 'c' } },
      { name: 'b', emptyDir: { medium: '' } },
    ]);
  });

  it('says that a sidecar has the name of a container', async () => {
    const trait = '{ type: sidecar, properties: { name: web, image: b } }';
    const { errors } = await rendered(`${web}, traits: [${trait}] }`);
    expect(errors).toEqual(['RENDER_FAILED app-v1: TraitDefinition/sidecar: there is a container web already']);
  });

  it('autoscalers scale what the component runs as', async () => {
    const database = '{ name: db, type: statefulset, properties: { image: x }';
    const target = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' } };
    const memory = '{ type: hpa, properties: { mem: { type: AverageValue, value: 1Gi } } }';
    for (const trait of ['{ type: cpuscaler }', memory]) {
      const autoscaler = await specOf(`${database}, traits: [${trait}] }`, 'HorizontalPodAutoscaler');
      expect(autoscaler).toMatchObject(target);
    }
    expect(await specOf(`${database}, traits: [${memory}] }`, 'HorizontalPodAutoscaler')).toMatchObject({
      metrics: [
        { resource: { name: 'cpu', target: { averageUtilization: 50 } } },
        { resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
      ],
    });
  });

  it('delivers objects as they are written, raw or as a list', async () => {
    const raw = '{ name: one, type: raw, properties: { apiVersion: v1, kind: ConfigMap, data: { path: a } } }';
    expect((await rendered(raw)).objects).toMatchObject([
      { kind: 'ConfigMap', metadata: { name: 'one' }, data: { path: 'a' } },
    ]);
    const list =
      '{ name: two, type: ref-objects, properties: { objects: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }, { apiVersion: v1, kind: Secret, metadata: { name: b } }] } }';
    expect((await rendered(list)).objects.map(({ metadata }) => metadata.name).sort()).toEqual(['a', 'b']);
  });

  it('follows what ref-objects names, and writes what it has whole', async () => {
    const objects = '{ resource: deployment }, { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }';
    const { apps, problems } = await renderFleet(
      cue,
      fleetOf(app(`{ name: three, type: ref-objects, properties: { objects: [${objects}] } }`)),
    );
    expect(problems).toEqual([]);
    expect(apps.flatMap((one) => one.objects.map(({ id, treatment }) => [id, treatment]))).toEqual([
      ['/ConfigMap/default/a', undefined],
      ['apps/Deployment/default/three', { policies: [{ type: 'read-only' }] }],
    ]);
  });

  it.each([
    ['scaler', '{ replicas: 3 }', ['UNSUPPORTED app-v1: the trait scaler changes an object that web only refers to']],
    ['expose', '{ port: [80] }', []],
  ])('takes a trait of what is only named where it makes objects: %s', async (type, properties, errors) => {
    const named = '{ name: web, type: ref-objects, properties: { objects: [{ resource: deployment }] }';
    const { errors: found } = await rendered(`${named}, traits: [{ type: ${type}, properties: ${properties} }] }`);
    expect(found).toEqual(errors);
  });

  it.each([
    ['batchPartition: 0', 'batchPartition holds nothing here: a step canary-rollout of the workflow has it'],
    ['targetRevision: web-v2', 'targetRevision is not chosen here: a commit with the content of that revision'],
  ])('says what does the same as %s of a rollout', async (property, words) => {
    const trait = `{ type: rollout, properties: { targetSize: 2, ${property} } }`;
    const { errors } = await rendered(`{ name: web, type: worker, properties: { image: a }, traits: [${trait}] }`);
    expect(errors).toEqual([expect.stringContaining(`TraitDefinition/rollout: ${words}`)]);
  });

  it('leads traffic through a gateway of Istio to a port of the component', async () => {
    const matches = '[{ exact: /login }, { prefix: /static }]';
    const trait = `{ type: istio-gateway, properties: { hosts: [a.example.com], match: ${matches}, port: 9080 } }`;
    expect(await specOf(`${web}, traits: [${trait}] }`, 'Gateway')).toEqual({
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['a.example.com'] }],
    });
    expect(await specOf(`${web}, traits: [${trait}] }`, 'VirtualService')).toEqual({
      hosts: ['a.example.com'],
      gateways: ['web'],
      http: [
        {
          match: [{ uri: { exact: '/login' } }, { uri: { prefix: '/static' } }],
          route: [{ destination: { host: 'web', port: { number: 9080 } } }],
        },
      ],
    });
    const all = '{ type: istio-gateway, properties: { port: 80 } }';
    expect(await specOf(`${web}, traits: [${all}] }`, 'VirtualService')).toMatchObject({
      hosts: ['*'],
      http: [{ route: [{ destination: { host: 'web', port: { number: 80 } } }] }],
    });
  });
});
