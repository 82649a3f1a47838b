import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinDefinitions, definitionKey } from '../../../../hub/definitions/catalog.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const context = {
  name: 'web',
  componentName: 'web',
  appName: 'app',
  namespace: 'default',
  revision: 'app-v1',
  output: { spec: { template: {} } },
};
const jobContext = {
  ...context,
  output: { spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'web' }] } } } } } },
};

describe('the built-in definitions', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const evaluate = async (subject: string, parameter: unknown, facts: Readonly<Record<string, unknown>> = context) => {
    const { template } = builtinDefinitions.find(({ kind, type }) => definitionKey(kind, type) === subject)!;
    const [outcome] = await cue.evaluate(
      [{ subject, template, parameter, context: facts }],
      new AbortController().signal,
    );
    if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome));
    return outcome.value;
  };
  const container = (pod: unknown): object => ({ spec: { template: { spec: pod } } });

  it.each([
    ['command and arguments', { cmd: ['run'], args: ['-v'] }, { containers: [{ command: ['run'], args: ['-v'] }] }],
    [
      'environment',
      {
        env: [
          { name: 'A', value: 'a' },
          { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
      },
      {
        containers: [
          {
            env: [
              { name: 'A', value: 'a' },
              { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
            ],
          },
        ],
      },
    ],
    [
      'what it asks for, which is its limit, too',
      { cpu: '500m', memory: '64Mi' },
      {
        containers: [
          { resources: { requests: { cpu: '500m', memory: '64Mi' }, limits: { cpu: '500m', memory: '64Mi' } } },
        ],
      },
    ],
    [
      'limits of their own',
      { cpu: 0.5, limit: { memory: '1Gi' } },
      { containers: [{ resources: { requests: { cpu: 0.5 }, limits: { memory: '1Gi' } } }] },
    ],
    [
      'pull policy and secrets',
      { imagePullPolicy: 'Always', imagePullSecrets: ['s'] },
      { containers: [{ imagePullPolicy: 'Always' }], imagePullSecrets: [{ name: 's' }] },
    ],
    [
      'probes',
      {
        livenessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
        readinessProbe: { exec: { command: ['true'] } },
      },
      {
        containers: [
          {
            livenessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
            readinessProbe: { exec: { command: ['true'] } },
          },
        ],
      },
    ],
    [
      'volumes of every kind, each once',
      {
        volumeMounts: {
          pvc: [
            { name: 'd', mountPath: '/d', claimName: 'c' },
            { name: 'd', mountPath: '/e', claimName: 'c', subPath: 'e' },
          ],
          configMap: [{ name: 'm', mountPath: '/m', cmName: 'cm', items: [{ key: 'k', path: 'p' }] }],
          secret: [{ name: 's', mountPath: '/s', secretName: 'sec', defaultMode: 256 }],
          emptyDir: [{ name: 't', mountPath: '/t', medium: 'Memory' }],
          hostPath: [{ name: 'h', mountPath: '/h', path: '/var' }],
        },
      },
      {
        containers: [
          {
            volumeMounts: expect.arrayContaining([
              { name: 'd', mountPath: '/d' },
              { name: 'd', mountPath: '/e', subPath: 'e' },
              { name: 'h', mountPath: '/h' },
            ]) as unknown,
          },
        ],
        volumes: [
          { name: 'd', persistentVolumeClaim: { claimName: 'c' } },
          { name: 'm', configMap: { name: 'cm', defaultMode: 420, items: [{ key: 'k', path: 'p', mode: 511 }] } },
          { name: 's', secret: { secretName: 'sec', defaultMode: 256 } },
          { name: 't', emptyDir: { medium: 'Memory' } },
          { name: 'h', hostPath: { path: '/var' } },
        ],
      },
    ],
    [
      'volumes in the older form',
      {
        volumes: [
          { name: 'd', mountPath: '/d', type: 'pvc', claimName: 'c' },
          { name: 'e', mountPath: '/e' },
        ],
      },
      {
        containers: [
          {
            volumeMounts: [
              { name: 'd', mountPath: '/d' },
              { name: 'e', mountPath: '/e' },
            ],
          },
        ],
        volumes: [
          { name: 'd', persistentVolumeClaim: { claimName: 'c' } },
          { name: 'e', emptyDir: { medium: '' } },
        ],
      },
    ],
    [
      'hosts',
      { hostAliases: [{ ip: '10.0.0.1', hostnames: ['a'] }] },
      { hostAliases: [{ ip: '10.0.0.1', hostnames: ['a'] }] },
    ],
  ])('run pods with %s', async (_case, parameter, pod) => {
    for (const type of ['webservice', 'worker', 'daemon', 'statefulset', 'task']) {
      const { output } = await evaluate(`ComponentDefinition/${type}`, { image: 'a', ...parameter });
      expect(output).toMatchObject(container(pod));
    }
  });

  it.each([
    ['ClusterIP', {}],
    ['NodePort', { nodePort: 30_000 }],
  ])('expose the ports that ask for it, as %s', async (exposeType, nodePort) => {
    const ports = [
      { port: 80, containerPort: 8080, expose: true, nodePort: 30_000 },
      { port: 9000, name: 'admin' },
    ];
    const { output, outputs } = await evaluate('ComponentDefinition/webservice', { image: 'a', ports, exposeType });
    expect(output).toMatchObject(
      container({
        containers: [
          {
            ports: [
              { containerPort: 8080, name: 'port-8080' },
              { containerPort: 9000, name: 'admin' },
            ],
          },
        ],
      }),
    );
    expect(Object.values(outputs!)).toEqual([
      expect.objectContaining({
        spec: {
          type: exposeType,
          selector: { 'app.oam.dev/component': 'web' },
          ports: [{ port: 80, targetPort: 8080, name: 'port-8080', protocol: 'TCP', ...nodePort }],
        },
      }),
    ]);
  });

  it('label pods with the revision on request', async () => {
    const parameter = { image: 'a', addRevisionLabel: true, labels: { team: 'x' }, annotations: { note: 'n' } };
    const { output } = await evaluate('ComponentDefinition/worker', parameter);
    expect(output).toMatchObject({
      spec: {
        selector: { matchLabels: { 'app.oam.dev/component': 'web' } },
        template: {
          metadata: {
            labels: { team: 'x', 'app.oam.dev/component': 'web', 'app.oam.dev/revision': 'app-v1' },
            annotations: { note: 'n' },
          },
        },
      },
    });
  });

  it('run tasks once, and cron tasks at their times', async () => {
    const task = await evaluate('ComponentDefinition/task', { image: 'a', count: 3, restart: 'OnFailure' });
    expect(task.output).toMatchObject({
      kind: 'Job',
      spec: { completions: 3, parallelism: 3, template: { spec: { restartPolicy: 'OnFailure' } } },
    });
    const cron = await evaluate('ComponentDefinition/cron-task', {
      image: 'a',
      schedule: '0 2 * * *',
      cmd: ['x'],
      concurrencyPolicy: 'Forbid',
    });
    expect(cron.output).toMatchObject({
      kind: 'CronJob',
      spec: {
        schedule: '0 2 * * *',
        concurrencyPolicy: 'Forbid',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ command: ['x'] }] } } } },
      },
    });
  });

  it('patch the pods of a CronJob where they are', async () => {
    const { patch } = await evaluate('TraitDefinition/labels', { a: 'b' }, jobContext);
    expect(patch).toEqual({
      metadata: { labels: { a: 'b' } },
      spec: {
        jobTemplate: { metadata: { labels: { a: 'b' } }, spec: { template: { metadata: { labels: { a: 'b' } } } } },
      },
    });
    const env = await evaluate('TraitDefinition/env', { env: { A: 'b' } }, jobContext);
    expect(env.patch).toEqual({
      spec: {
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'A', value: 'b' }] }] } } },
        },
      },
    });
  });

  it('lead a gateway to a Service of its own, or to one that exists', async () => {
    const own = await evaluate('TraitDefinition/gateway', {
      domain: 'a.b',
      http: { '/': 80, '/api': 80 },
      class: 'nginx',
      secretName: 'tls',
    });
    expect(Object.keys(own.outputs!).sort()).toEqual(['ingress', 'service']);
    expect(own.outputs!['service'] as object).toMatchObject({ spec: { ports: [{ port: 80 }] } });
    expect(own.outputs!['ingress'] as object).toMatchObject({
      spec: { ingressClassName: 'nginx', tls: [{ hosts: ['a.b'], secretName: 'tls' }] },
    });
    const given = await evaluate('TraitDefinition/ingress', {
      http: { '/': 80 },
      existingServiceName: 'other',
      name: 'two',
    });
    expect(Object.keys(given.outputs!)).toEqual(['ingress']);
    expect(given.outputs!['ingress'] as object).toMatchObject({
      metadata: { name: 'web-two' },
      spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'other' } } }] } }] },
    });
  });

  const labelOf = async (type: string, parameter: object, appName: string): Promise<unknown> => {
    const { output } = await evaluate(
      `ComponentDefinition/${type}`,
      { image: 'a', ...parameter },
      { ...context, appName },
    );
    const { spec } = output as { spec: { template: { metadata: { labels: Record<string, string> } } } };
    return spec.template.metadata.labels['app.oam.dev/name'];
  };
  it.each(['webservice', 'worker', 'task', 'daemon', 'statefulset'])(
    'name the application on the pods of a %s, where its name can be the value of a label',
    async (type) => {
      expect(await labelOf(type, {}, 'app')).toBe('app');
      expect(await labelOf(type, { labels: { 'app.oam.dev/name': 'mine' } }, 'app')).toBe('mine');
      expect(await labelOf(type, {}, 'a'.repeat(64))).toBeUndefined();
    },
  );
});
