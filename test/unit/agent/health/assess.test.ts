import { describe, expect, it } from 'vitest';
import { assess } from '../../../../agent/health/assess.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const object = (apiVersion: string, kind: string, rest: Record<string, unknown>, metadata = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', namespace: 'default', generation: 2, ...metadata },
  ...rest,
});
const condition = (type: string, status: string, reason = '', message = '') => ({ type, status, reason, message });
const ready = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const deployment = (status: object, metadata = {}) =>
  object('apps/v1', 'Deployment', { spec: { replicas: 2 }, status }, metadata);

const thing = (status: object) => object('example.com/v1', 'Thing', { status });
const autoscaler = (conditions: readonly object[]) =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', { status: { conditions } });

const rows: readonly (readonly [string, KubeObject, string, string])[] = [
  ['a ready Deployment', deployment(ready), 'Current', '2 of 2 ready'],
  [
    'a Deployment that its controller has not seen',
    deployment({ ...ready, observedGeneration: 1 }),
    'InProgress',
    'waiting for its controller',
  ],
  ['a Deployment without a status', deployment({}), 'InProgress', 'waiting for its controller'],
  ['a Deployment with one pod ready', deployment({ ...ready, readyReplicas: 1 }), 'InProgress', '1 of 2 ready'],
  [
    'a Deployment in the middle of an update',
    deployment({ ...ready, updatedReplicas: 1 }),
    'InProgress',
    '1 of 2 updated',
  ],
  [
    'a Deployment with pods of an old template',
    deployment({ ...ready, replicas: 3 }),
    'InProgress',
    '1 old replicas still there',
  ],
  [
    'a Deployment past its deadline',
    deployment({ ...ready, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'timed out')] }),
    'Failed',
    'timed out',
  ],
  [
    'an object that is being deleted',
    deployment(ready, { deletionTimestamp: 'now', finalizers: ['a/b'] }),
    'Terminating',
    'being deleted, waiting for a/b',
  ],
  [
    'a StatefulSet in an update',
    object('apps/v1', 'StatefulSet', {
      spec: { replicas: 1 },
      status: {
        observedGeneration: 2,
        readyReplicas: 1,
        updatedReplicas: 1,
        currentRevision: 'a',
        updateRevision: 'b',
      },
    }),
    'InProgress',
    'waiting for the update to finish',
  ],
  [
    'a DaemonSet with one node to go',
    object('apps/v1', 'DaemonSet', {
      status: { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2 },
    }),
    'InProgress',
    '2 of 3 ready',
  ],
  [
    'a job that failed',
    object('batch/v1', 'Job', { status: { conditions: [condition('Failed', 'True', '', 'too often')] } }),
    'Failed',
    'too often',
  ],
  ['a job that runs', object('batch/v1', 'Job', { status: { startTime: 'now' } }), 'Current', 'running'],
  ['a job that did not start', object('batch/v1', 'Job', { status: {} }), 'InProgress', 'not started yet'],
  [
    'a pod whose image cannot be pulled',
    object('v1', 'Pod', {
      status: {
        phase: 'Pending',
        containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } }],
      },
    }),
    'InProgress',
    'ImagePullBackOff: no such image',
  ],
  [
    'a pod that crashes again and again',
    object('v1', 'Pod', {
      status: { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
    }),
    'InProgress',
    'CrashLoopBackOff',
  ],
  [
    'a pod that ran out of memory again and again',
    object('v1', 'Pod', {
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
          },
        ],
      },
    }),
    'InProgress',
    'CrashLoopBackOff (OOMKilled, exit status 137): back-off 10s',
  ],
  [
    'a ready pod',
    object('v1', 'Pod', { status: { phase: 'Running', conditions: [condition('Ready', 'True')] } }),
    'Current',
    'ready',
  ],
  [
    'a claim without a volume',
    object('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } }),
    'InProgress',
    'Pending',
  ],
  ['a plain Service', object('v1', 'Service', { spec: { type: 'ClusterIP' } }), 'Current', ''],
  [
    'a Service without its load balancer',
    object('v1', 'Service', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } }),
    'InProgress',
    'waiting for a load balancer',
  ],
  ['an Ingress', object('networking.k8s.io/v1', 'Ingress', {}), 'Current', ''],
  [
    'an established definition',
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      status: { conditions: [condition('Established', 'True')] },
    }),
    'Current',
    'established',
  ],
  [
    'a route whose backend is missing',
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      status: {
        parents: [
          {
            conditions: [
              condition('Accepted', 'True'),
              condition('ResolvedRefs', 'False', 'BackendNotFound', 'no Service'),
            ],
          },
        ],
      },
    }),
    'Failed',
    'ResolvedRefs: no Service',
  ],
  [
    'a custom object that is not ready',
    object('example.com/v1', 'Thing', { status: { conditions: [condition('Ready', 'False', 'Waiting')] } }),
    'InProgress',
    'Waiting',
  ],
  [
    'a custom object that stalled',
    object('example.com/v1', 'Thing', { status: { conditions: [condition('Stalled', 'True', '', 'broken')] } }),
    'Failed',
    'broken',
  ],
  [
    'a custom object that is ready and degraded',
    thing({ conditions: [condition('Ready', 'True'), condition('Degraded', 'True', 'DiskFull', 'no space left')] }),
    'Failed',
    'Degraded: no space left',
  ],
  [
    'a custom object that failed, in a condition',
    thing({ conditions: [condition('Failed', 'True', 'Boom')] }),
    'Failed',
    'Failed: Boom',
  ],
  [
    'a custom object that is not available',
    thing({ conditions: [condition('Available', 'False', 'NoReplicas')] }),
    'InProgress',
    'not Available: NoReplicas',
  ],
  [
    'a custom object that its controller could not sync',
    thing({ conditions: [condition('Synced', 'False', 'ReconcileError', 'no credentials')] }),
    'InProgress',
    'not Synced: no credentials',
  ],
  [
    'a custom object whose phase is Failed',
    thing({ phase: 'Failed', message: 'out of quota' }),
    'Failed',
    'phase Failed: out of quota',
  ],
  ['a custom object whose state is an error', thing({ state: 'ERROR' }), 'Failed', 'state ERROR'],
  ['a custom object whose phase is any other word', thing({ phase: 'Pending' }), 'Current', ''],
  [
    'a custom object that is ready, as a boolean',
    thing({ conditions: [{ type: 'Ready', status: true }] }),
    'Current',
    '',
  ],
  [
    'a custom object that is not ready, as a boolean',
    thing({ conditions: [{ type: 'Ready', status: false, message: 'not yet' }] }),
    'InProgress',
    'not yet',
  ],
  ['a custom object whose status says ready: false', thing({ ready: false }), 'InProgress', 'not ready'],
  ['a custom object whose status says ready: true', thing({ ready: true }), 'Current', ''],
  [
    'a paused Deployment that is behind its template',
    object('apps/v1', 'Deployment', { spec: { replicas: 2, paused: true }, status: { ...ready, updatedReplicas: 0 } }),
    'InProgress',
    '0 of 2 updated: it is paused (spec.paused)',
  ],
  [
    'a paused Deployment that has nothing to do',
    object('apps/v1', 'Deployment', { spec: { replicas: 2, paused: true }, status: ready }),
    'Current',
    '2 of 2 ready, paused (spec.paused)',
  ],
  [
    'a StatefulSet on delete whose pods are not ready',
    object('apps/v1', 'StatefulSet', {
      spec: { replicas: 2, updateStrategy: { type: 'OnDelete' } },
      status: { observedGeneration: 2, readyReplicas: 1, currentRevision: 'a', updateRevision: 'a' },
    }),
    'InProgress',
    '1 of 2 ready',
  ],
  [
    'a StatefulSet on delete with pods of the old template',
    object('apps/v1', 'StatefulSet', {
      spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } },
      status: { observedGeneration: 2, readyReplicas: 3, updatedReplicas: 1 },
    }),
    'Current',
    '2 pods run the old template until they are deleted (OnDelete)',
  ],
  [
    'a DaemonSet on delete with pods of the old template',
    object('apps/v1', 'DaemonSet', {
      spec: { updateStrategy: { type: 'OnDelete' } },
      status: { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberReady: 3 },
    }),
    'Current',
    '2 pods run the old template until they are deleted (OnDelete)',
  ],
  [
    'a job whose pod does not start',
    object('batch/v1', 'Job', { status: { startTime: 'now', active: 1, ready: 0 } }),
    'InProgress',
    '0 of 1 pods run',
  ],
  [
    'a job whose pod runs',
    object('batch/v1', 'Job', { status: { startTime: 'now', active: 1, ready: 1 } }),
    'Current',
    'running',
  ],
  [
    'an autoscaler that scales',
    autoscaler([condition('AbleToScale', 'True'), condition('ScalingActive', 'True')]),
    'Current',
    '',
  ],
  ['an autoscaler that its controller has not looked at', autoscaler([]), 'Current', ''],
  [
    'an autoscaler that finds nothing to scale',
    autoscaler([condition('AbleToScale', 'False', 'FailedGetScale', 'deployments "web" not found')]),
    'Failed',
    'cannot scale: deployments "web" not found',
  ],
  [
    'an autoscaler with a selector that cannot be read',
    autoscaler([condition('ScalingActive', 'False', 'InvalidSelector', 'the selector is wrong')]),
    'Failed',
    'cannot scale: the selector is wrong',
  ],
  [
    'an autoscaler without metrics, as every new one is',
    autoscaler([condition('ScalingActive', 'False', 'FailedGetResourceMetric', 'no metrics returned')]),
    'InProgress',
    'cannot scale: no metrics returned',
  ],
  [
    'an autoscaler of a workload that is scaled to 0',
    autoscaler([condition('ScalingActive', 'False', 'ScalingDisabled', 'the replica count is zero')]),
    'Current',
    'does not scale: the replica count is zero',
  ],
  [
    'a StatefulSet whose pods are not ready for long enough',
    object('apps/v1', 'StatefulSet', {
      spec: { replicas: 2, minReadySeconds: 30 },
      status: { observedGeneration: 2, readyReplicas: 2, updatedReplicas: 2, availableReplicas: 1 },
    }),
    'InProgress',
    '1 of 2 ready for 30 s (minReadySeconds)',
  ],
  [
    'a DaemonSet whose pods are not ready for long enough',
    object('apps/v1', 'DaemonSet', {
      spec: { minReadySeconds: 30 },
      status: { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2 },
    }),
    'InProgress',
    '0 of 2 ready for 30 s (minReadySeconds)',
  ],
  [
    'a StatefulSet below its partition',
    object('apps/v1', 'StatefulSet', {
      spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } },
      status: {
        observedGeneration: 2,
        readyReplicas: 3,
        updatedReplicas: 1,
        currentRevision: 'a',
        updateRevision: 'b',
      },
    }),
    'InProgress',
    '1 of 2 updated',
  ],
  [
    'a StatefulSet at its partition',
    object('apps/v1', 'StatefulSet', {
      spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 1 } } },
      status: {
        observedGeneration: 2,
        readyReplicas: 3,
        updatedReplicas: 2,
        currentRevision: 'a',
        updateRevision: 'b',
      },
    }),
    'Current',
    '1 pod runs the old template (partition 1)',
  ],
  [
    'a custom object that stalled while it reconciles',
    thing({ conditions: [condition('Reconciling', 'True', '', 'again'), condition('Stalled', 'True', '', 'broken')] }),
    'Failed',
    'broken',
  ],
  [
    'a custom object that stalled and is ready, in another order',
    thing({ conditions: [condition('Stalled', 'True', '', 'broken'), condition('Ready', 'True')] }),
    'Failed',
    'broken',
  ],
  [
    'a custom object whose bad condition speaks of an older content',
    thing({ conditions: [{ ...condition('Degraded', 'True', 'Old'), observedGeneration: 1 }] }),
    'InProgress',
    'waiting for its controller',
  ],
  [
    'a custom object whose good condition speaks of an older content',
    thing({ conditions: [{ ...condition('Ready', 'True'), observedGeneration: 1 }] }),
    'InProgress',
    'waiting for its controller',
  ],
  [
    'a custom object whose condition speaks of this content',
    thing({ conditions: [{ ...condition('Ready', 'True'), observedGeneration: 2 }] }),
    'Current',
    '',
  ],
  [
    'a route whose parents have not looked at this content',
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
      status: { parents: [{ conditions: [{ ...condition('Accepted', 'False'), observedGeneration: 1 }] }] },
    }),
    'InProgress',
    'waiting for its controller',
  ],
  ['a custom object without a status', object('example.com/v1', 'Thing', {}), 'Current', ''],
  [
    'an object of odd shape',
    object('apps/v1', 'Deployment', { spec: 7, status: ['?'] }),
    'InProgress',
    'waiting for its controller',
  ],
];

describe('the health of an object', () => {
  it.each(rows)('of %s', (_, input, health, message) => {
    expect(assess(input)).toEqual({ health, message });
  });
});
