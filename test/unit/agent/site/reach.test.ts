import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../../../agent/model/deps.ts';
import { hostObjection, namespaceObjection, openContentCheck } from '../../../../agent/site/reach.ts';
import { digestOf, type Digest } from '../../../../shared/lib/canonical.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { fakeChannel, handAgent, manualClock, settle, testDeps } from '../../../fakes/agent.ts';
import { fakeKube } from '../../../fakes/kube.ts';
import { configMap, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';

const container = { name: 'c', image: 'i' };
const pod = (more: object, own: object = {}) => ({ containers: [{ ...container, ...own }], ...more });
const plain = pod({});
const secured = (securityContext: object) => pod({}, { securityContext });

describe('what reaches into a node', () => {
  it.each([
    ['a plain pod', plain, null],
    ['the network', pod({ hostNetwork: true }), 'hostNetwork'],
    ['the processes', pod({ hostPID: true }), 'hostPID'],
    ['the memory', pod({ hostIPC: true }), 'hostIPC'],
    [
      'files',
      pod({
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'h', hostPath: { path: '/' } },
        ],
      }),
      'a hostPath volume',
    ],
    ['everything', secured({ privileged: true }), 'a privileged container'],
    [
      'everything, in an init container',
      { ...plain, initContainers: [{ securityContext: { privileged: true } }] },
      'a privileged container',
    ],
    [
      'everything, in an ephemeral container',
      { ...plain, ephemeralContainers: [{ securityContext: { privileged: true } }] },
      'a privileged container',
    ],
    ['a port', pod({}, { ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }] }), 'a hostPort'],
    ['a capability', secured({ capabilities: { add: ['CHOWN', 'SYS_ADMIN'] } }), 'the capability "SYS_ADMIN"'],
    ['all capabilities', secured({ capabilities: { add: ['ALL'] } }), 'the capability "ALL"'],
    ['/proc', secured({ procMount: 'Unmasked' }), 'procMount "Unmasked"'],
    ['a Windows host', secured({ windowsOptions: { hostProcess: true } }), 'hostProcess'],
    ['a Windows host, by the pod', pod({ securityContext: { windowsOptions: { hostProcess: true } } }), 'hostProcess'],
    [
      'nothing, said so',
      pod({ hostNetwork: false, hostPID: null }, { ports: [{ containerPort: 80, hostPort: 0 }] }),
      null,
    ],
    [
      'harmless capabilities',
      secured({ privileged: false, procMount: 'Default', capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] } }),
      null,
    ],
    ['lists that are none', { containers: 'x', volumes: 7 }, null],
  ])('of a pod: %s', (_, spec, why) => {
    const shapes = [
      { kind: 'Pod', spec },
      { kind: 'Deployment', spec: { template: { spec } } },
      { kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec } } } } },
      { kind: 'PodTemplate', template: { spec } },
      { kind: 'Rollout', apiVersion: 'argoproj.io/v1alpha1', spec: { template: { spec } } },
    ];
    for (const shape of shapes) {
      const found = hostObjection(shape);
      if (why === null) expect(found).toBeNull();
      else
        expect(found).toBe(
          `it reaches into the node (${why}): this site allows that with --allow-host-access (chart: reach.hosts)`,
        );
    }
  });

  it.each([
    ['hostPath', { hostPath: { path: '/etc' } }, true],
    ['local', { local: { path: '/mnt' } }, true],
    ['nfs', { nfs: { path: '/x', server: 's' } }, false],
  ])('of a volume: %s', (_, spec, isRefused) => {
    expect(hostObjection({ kind: 'PersistentVolume', spec }) !== null).toBe(isRefused);
  });

  it.each([null, 7, 'x', [], {}, { spec: null }, { spec: { template: { spec: { containers: [null, 7] } } } }])(
    'not of %j',
    (value) => {
      expect(hostObjection(value)).toBeNull();
    },
  );

  it('is read once for each text, and not at all where it is allowed', () => {
    const [text, id] = [JSON.stringify({ spec: pod({ hostPID: true }) }), 'apps/Deployment/a/b'];
    let reads = 0;
    const read = () => {
      reads += 1;
      return text;
    };
    const check = openContentCheck(read, { systemNamespaces: false, hosts: false });
    const digest: Digest = digestOf(text);
    expect([check({ id, digest }), check({ id, digest })].map((one) => one?.includes('hostPID'))).toEqual([true, true]);
    expect(reads).toBe(1);
    expect(openContentCheck(read, { systemNamespaces: false, hosts: true })({ id, digest })).toBeNull();
    expect(reads).toBe(1);
  });
});

describe('a namespace of Kubernetes itself', () => {
  const settings = (systemNamespaces: boolean, namespaces: readonly string[] | null) => ({
    ...{ reach: { systemNamespaces, hosts: false }, namespaces },
  });

  it.each([
    ['/ConfigMap/kube-system/coredns', false, null, true],
    ['apps/Deployment/kube-public/x', false, null, true],
    ['coordination.k8s.io/Lease/kube-node-lease/x', false, null, true],
    ['/Namespace//kube-system', false, null, true],
    ['/Namespace//kube-systems', false, null, false],
    ['rbac.authorization.k8s.io/ClusterRole//kube-system', false, null, false],
    ['/ConfigMap/default/kube-system', false, null, false],
    ['/ConfigMap/kube-system/coredns', true, null, false],
    ['/ConfigMap/kube-system/coredns', false, ['default', 'kube-system'], false],
    ['/ConfigMap/kube-system/coredns', false, ['default'], true],
  ])('%s, allowed %j, listed %j: refused %j', (id, isAllowed, listed, isRefused) => {
    expect(namespaceObjection(id, settings(isAllowed, listed)) !== null).toBe(isRefused);
  });
});

describe('a bundle that reaches too far', () => {
  const deployment = (name: string, namespace: string, spec: object): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec } },
  });
  const apps = [
    plainApp('agents', [deployment('agents', 'default', pod({ hostPID: true }))]),
    plainApp('dns', [configMap('coredns', 'mine', 'kube-system')], {}, 'kube-system'),
    plainApp('fine', [configMap('fine', 'a')]),
  ];
  const world = (reach: { readonly systemNamespaces: boolean; readonly hosts: boolean }) => {
    const [kube, channel, clock] = [fakeKube(), fakeChannel(), manualClock()];
    const deps = testDeps(kube, channel, clock);
    const agent = handAgent({ ...deps, settings: { ...defaultSettings, ...deps.settings, reach } });
    channel.publish(testBundle({ generation: 1, apps }));
    return { kube, agent, clock };
  };

  it('is never requested, and said; the rest proceeds', async () => {
    const { kube, agent, clock } = world(defaultSettings.reach);
    await settle(agent, kube, { clock });
    expect([...kube.objects.keys()].filter((id) => /agents|coredns/.test(id))).toEqual([]);
    expect(kube.writesLog.filter((call) => /agents|coredns/.test(call))).toEqual([]);
    expect(kube.objects.has('/ConfigMap/default/fine')).toBe(true);
    const faultOf = (id: string) => agent.memory.faults.faults.get(id)?.row.fault;
    expect(faultOf('apps/Deployment/default/agents')).toMatchObject({
      ...{ code: 'FORBIDDEN', message: expect.stringContaining('it reaches into the node (hostPID)') as unknown },
    });
    expect(faultOf('/ConfigMap/kube-system/coredns')).toMatchObject({
      ...{ code: 'FORBIDDEN', message: expect.stringContaining('a namespace of Kubernetes itself') as unknown },
    });
  });

  it('is written where the site allows it', async () => {
    const { kube, agent, clock } = world({ systemNamespaces: true, hosts: true });
    await settle(agent, kube, { clock });
    expect(kube.objects.has('/ConfigMap/kube-system/coredns')).toBe(true);
    expect(kube.objects.has('apps/Deployment/default/agents')).toBe(true);
  });
});
