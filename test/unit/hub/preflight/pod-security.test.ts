import { describe, expect, it } from 'vitest';
import { podSecurity, type PodStandard } from '../../../../hub/preflight/pod-security.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

type Values = Readonly<Record<string, unknown>>;

/** What meets the restricted standard, and what differs: of the pod, and of its container. */
function deployment(pod: Values = {}, container: Values = {}): KubeObject {
  const strict = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const own = { ...strict, ...(container['securityContext'] as Values | undefined) };
  const whole = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  const spec = {
    ...pod,
    securityContext: { ...whole, ...(pod['securityContext'] as Values | undefined) },
    containers: [{ name: 'web', image: 'web:1', ...container, securityContext: own }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { template: { spec } },
  };
}

const of = (object: KubeObject, standard: PodStandard): string[] =>
  podSecurity(object, standard).map(({ message }) =>
    message.replace('spec.template.spec.', '').replace('containers[0].', '.'),
  );

describe('a pod that meets the standards', () => {
  it.each<PodStandard>(['baseline', 'restricted'])('is not refused by %s', (standard) => {
    expect(of(deployment(), standard)).toEqual([]);
  });

  it.each<[string, KubeObject]>([
    ['a Service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } }],
    ['a Deployment of another group', { ...deployment(), apiVersion: 'example.org/v1' }],
    ['a Pod without a spec', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } }],
  ])('as does %s', (_, object) => {
    expect(podSecurity(object, 'restricted')).toEqual([]);
  });
});

describe('baseline refuses', () => {
  it.each<[Values, Values, string]>([
    [{ hostNetwork: true }, {}, 'hostNetwork is true'],
    [{ hostPID: true }, {}, 'hostPID is true'],
    [{ hostIPC: true }, {}, 'hostIPC is true'],
    [{}, { securityContext: { privileged: true } }, '.securityContext.privileged is true'],
    [
      { securityContext: { windowsOptions: { hostProcess: true } } },
      {},
      'securityContext.windowsOptions.hostProcess is true',
    ],
    [
      {},
      { securityContext: { capabilities: { drop: ['ALL'], add: ['CHOWN', 'SYS_ADMIN'] } } },
      '.securityContext.capabilities.add[1] is "SYS_ADMIN"',
    ],
    [{ volumes: [{ name: 'a', hostPath: { path: '/' } }] }, {}, 'volumes[0].hostPath reads the disk of the node'],
    [{}, { ports: [{ containerPort: 80, hostPort: 80 }] }, '.ports[0].hostPort is the number 80'],
    [{}, { livenessProbe: { httpGet: { host: 'x', port: 1 } } }, '.livenessProbe.httpGet.host is "x"'],
    [{}, { lifecycle: { preStop: { tcpSocket: { host: 'x' } } } }, '.lifecycle.preStop.tcpSocket.host is "x"'],
    [
      { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
      {},
      'securityContext.appArmorProfile.type is "Unconfined"',
    ],
    [{ securityContext: { seLinuxOptions: { type: 'spc_t' } } }, {}, 'securityContext.seLinuxOptions.type is "spc_t"'],
    [{ securityContext: { seLinuxOptions: { user: 'u' } } }, {}, 'securityContext.seLinuxOptions.user is "u"'],
    [{}, { securityContext: { procMount: 'Unmasked' } }, '.securityContext.procMount is "Unmasked"'],
    [
      {},
      { securityContext: { seccompProfile: { type: 'Unconfined' } } },
      '.securityContext.seccompProfile.type is "Unconfined"',
    ],
    [
      { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_syncookies' }, { name: 'kernel.msgmax' }] } },
      {},
      'securityContext.sysctls[1].name is "kernel.msgmax"',
    ],
  ])('%j %j', (pod, container, expected) => {
    expect(of(deployment(pod, container), 'baseline')).toEqual([expected]);
    expect(of(deployment(pod, container), 'restricted')).toContain(expected);
  });

  it('an annotation of AppArmor', () => {
    const annotations = { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', annotations }, spec: { containers: [] } };
    expect(podSecurity(pod as never, 'baseline').map(({ path }) => path)).toEqual([
      ['metadata', 'annotations', 'container.apparmor.security.beta.kubernetes.io/web'],
    ]);
  });

  it.each<[string, string, readonly string[]]>([
    ['Pod', 'v1', []],
    ['Job', 'batch/v1', ['spec', 'template']],
    ['CronJob', 'batch/v1', ['spec', 'jobTemplate', 'spec', 'template']],
    ['StatefulSet', 'apps/v1', ['spec', 'template']],
    ['DaemonSet', 'apps/v1', ['spec', 'template']],
  ])('that of a %s', (kind, apiVersion, path) => {
    const inner = {
      spec: { hostNetwork: true, initContainers: [{ name: 'i', securityContext: { privileged: true } }] },
    };
    const made = path.toReversed().reduce<object>((value, key) => ({ [key]: value }), inner);
    const found = podSecurity({ ...made, apiVersion, kind, metadata: { name: 'web' } }, 'baseline');
    expect(found.map((one) => one.path.join('.').replace(path.join('.'), ''))).toEqual([
      `${path.length === 0 ? '' : '.'}spec.hostNetwork`,
      `${path.length === 0 ? '' : '.'}spec.initContainers.0.securityContext.privileged`,
    ]);
  });
});

describe('restricted alone refuses', () => {
  it.each<[Values, Values, string]>([
    [{ volumes: [{ name: 'a', nfs: { server: 'x' } }] }, {}, 'volumes[0].nfs is not a volume that it may have'],
    [
      {},
      { securityContext: { allowPrivilegeEscalation: true } },
      '.securityContext.allowPrivilegeEscalation must be false',
    ],
    [{ securityContext: { runAsNonRoot: false } }, {}, '.securityContext.runAsNonRoot must be true'],
    [{}, { securityContext: { runAsNonRoot: false } }, '.securityContext.runAsNonRoot must be true'],
    [{ securityContext: { runAsUser: 0 } }, {}, 'securityContext.runAsUser is root'],
    [
      { securityContext: { seccompProfile: {} } },
      {},
      '.securityContext.seccompProfile.type must be RuntimeDefault or Localhost',
    ],
    [{}, { securityContext: { capabilities: {} } }, '.securityContext.capabilities.drop must have ALL'],
    [
      {},
      { securityContext: { capabilities: { drop: ['ALL'], add: ['CHOWN', 'NET_BIND_SERVICE'] } } },
      '.securityContext.capabilities.add[0] is "CHOWN"',
    ],
  ])('%j %j', (pod, container, expected) => {
    expect(of(deployment(pod, container), 'restricted')).toEqual([expected]);
    expect(of(deployment(pod, container), 'baseline')).toEqual([]);
  });

  it('what containers do not say for themselves where the pod does not', () => {
    const own = { runAsNonRoot: true, seccompProfile: { type: 'Localhost' } };
    const pod = { securityContext: { runAsNonRoot: undefined, seccompProfile: undefined } };
    expect(of(deployment(pod, { securityContext: own }), 'restricted')).toEqual([]);
  });

  it('nothing of Linux of a pod for Windows', () => {
    const bare = { securityContext: { allowPrivilegeEscalation: undefined, capabilities: undefined } };
    const pod = { os: { name: 'windows' }, securityContext: { seccompProfile: undefined } };
    expect(of(deployment(pod, bare), 'restricted')).toEqual([]);
  });
});
