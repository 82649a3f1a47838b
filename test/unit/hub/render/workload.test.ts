import { describe, expect, it } from 'vitest';
import { autoscaled, isScalable, leavesReplicas, podOf, withReplicas } from '../../../../hub/render/workload.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const object = (apiVersion: string, kind: string, spec: unknown): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'web' },
  spec,
});

describe('a workload', () => {
  it.each([
    ['of a kind with a scale subresource', object('apps/v1', 'StatefulSet', {}), true],
    ['of any kind that sets spec.replicas', object('example.com/v1', 'Game', { replicas: 0 }), true],
    ['of a kind without', object('batch/v1', 'Job', { parallelism: 2 }), false],
    ['whose replicas are not a number', object('example.com/v1', 'Game', { replicas: 'many' }), false],
  ])('%s', (_, one, expected) => {
    expect(isScalable(one)).toBe(expected);
  });

  it('gets replicas, or loses its own', () => {
    const given = object('apps/v1', 'Deployment', { replicas: 2, paused: true });
    expect(withReplicas(given, 5)['spec']).toEqual({ replicas: 5, paused: true });
    expect(withReplicas(given, undefined)['spec']).toEqual({ paused: true });
    expect(given['spec']).toEqual({ replicas: 2, paused: true });
  });

  it.each([
    ['["/spec/replicas"]', true],
    ['["/spec"]', true],
    ['["/spec/replicas/x","/spec/repl","/data"]', false],
  ])('that leaves %s to others leaves its replicas to them: %s', (pointers, expected) => {
    const one = object('apps/v1', 'Deployment', { replicas: 2 });
    const annotations = { 'sluice.dev/ignore-differences': pointers };
    expect(leavesReplicas({ ...one, metadata: { name: 'web', annotations } })).toBe(expected);
    expect(leavesReplicas(one)).toBe(false);
  });

  it('is scaled by the objects that target it', () => {
    const objects = [
      object('autoscaling/v2', 'HorizontalPodAutoscaler', { scaleTargetRef: { kind: 'StatefulSet', name: 'db' } }),
      object('keda.sh/v1alpha1', 'ScaledObject', { scaleTargetRef: { name: 'web' } }),
      object('v1', 'Service', {}),
    ];
    expect([...autoscaled(objects)]).toEqual(['StatefulSet/db', 'Deployment/web']);
  });

  it.each([
    [
      'a Deployment',
      { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ ports: [{ containerPort: 80 }] }] } } },
    ],
    [
      'a CronJob',
      {
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: { a: 'b' } },
              spec: { containers: [{ ports: [{ containerPort: 80 }] }, {}] },
            },
          },
        },
      },
    ],
  ])('%s runs pods with labels and ports', (_, spec) => {
    expect(podOf(object('x/v1', 'X', spec))).toEqual({ labels: { a: 'b' }, ports: [{ containerPort: 80 }] });
  });

  it('without a pod template runs none', () => {
    expect(podOf(object('v1', 'Service', { template: {} }))).toBeNull();
  });
});
