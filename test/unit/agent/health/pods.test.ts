import { describe, expect, it } from 'vitest';
import { notReady, podTrouble, unscheduled } from '../../../../agent/health/pods.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const pod = (container: object, probes: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'x', namespace: 'default' },
  spec: { containers: [{ name: 'web', ...probes }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'web', ready: false, ...container }] },
});
const http = { readinessProbe: { httpGet: { path: '/ok', port: 8081 } } };

describe('why a pod that runs is not ready', () => {
  it.each<[string, KubeObject, string]>([
    ['nothing known', { ...pod({}), status: {} }, 'not ready'],
    ['no probe', pod({}), 'not ready: container web'],
    ['HTTP', pod({}, http), 'not ready: the readiness probe of container web does not succeed (HTTP GET :8081/ok)'],
    [
      'a named port, restarted',
      pod(
        { restartCount: 3, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } },
        {
          readinessProbe: { tcpSocket: { port: 'http' } },
        },
      ),
      'not ready: the readiness probe of container web does not succeed (TCP :http), restarted 3 times (OOMKilled, exit status 137)',
    ],
    [
      'a command',
      pod({}, { readinessProbe: { exec: { command: ['test', '-f', '/x', 'more'] } } }),
      'not ready: the readiness probe of container web does not succeed (a command: test -f /x)',
    ],
    [
      'gRPC at the start',
      pod({ started: false }, { ...http, startupProbe: { grpc: { port: 9000 } } }),
      'not ready: the startup probe of container web does not succeed (gRPC :9000)',
    ],
    [
      'a container that ended',
      pod({ state: { terminated: { reason: 'Error', exitCode: 2 } } }, http),
      'container web ended (Error, exit status 2)',
    ],
  ])('%s', (_, object, words) => {
    expect(notReady(object)).toBe(words);
  });
});

describe('why a pod does not start', () => {
  it('is the first container that waits for more than its turn', () => {
    expect(podTrouble(pod({ state: { waiting: { reason: 'ContainerCreating' } } }))).toBeNull();
    const waiting = { reason: 'CreateContainerConfigError', message: 'configmap "x" not found' };
    expect(podTrouble(pod({ state: { waiting } }))).toBe('CreateContainerConfigError: configmap "x" not found');
  });

  it('is that no node takes it', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes: cpu' }];
    expect(unscheduled({ ...pod({}), status: { conditions } })).toBe('0/3 nodes: cpu');
    expect(unscheduled(pod({}))).toBeNull();
  });
});
