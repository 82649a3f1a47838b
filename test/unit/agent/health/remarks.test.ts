import { describe, expect, it } from 'vitest';
import { remarkOn } from '../../../../agent/health/remarks.ts';
import { project } from '../../../../agent/live/project.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const object = (apiVersion: string, kind: string, spec: object, status: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', namespace: 'default', generation: 1 },
  spec,
  status: { observedGeneration: 1, ...status },
});
const set = (spec: object, status: object) =>
  object('apps/v1', 'StatefulSet', { replicas: 3, ...spec }, { readyReplicas: 3, ...status });
const two = { currentRevision: 'a', updateRevision: 'b' };
const partition = (count: number) => ({ updateStrategy: { rollingUpdate: { partition: count } } });

describe('what is left for people to do on a healthy object', () => {
  it.each<[string, KubeObject, string | null]>([
    ['a StatefulSet', set({}, { updatedReplicas: 3 }), null],
    [
      'OnDelete',
      set({ updateStrategy: { type: 'OnDelete' } }, { updatedReplicas: 2 }),
      '1 pod runs the old template until it is deleted (OnDelete)',
    ],
    ['a partition', set(partition(2), { ...two, updatedReplicas: 1 }), '2 pods run the old template (partition 2)'],
    [
      'a partition above all',
      set(partition(9), { ...two, updatedReplicas: 0 }),
      '3 pods run the old template (partition 9)',
    ],
    ['a partition without a change', set(partition(2), { currentRevision: 'a', updateRevision: 'a' }), null],
    ['a paused Deployment', object('apps/v1', 'Deployment', { paused: true }), 'paused (spec.paused)'],
    ['a suspended CronJob', object('batch/v1', 'CronJob', { suspend: true }), 'suspended (spec.suspend)'],
    ['a CronJob', object('batch/v1', 'CronJob', {}), null],
    ['anything else', object('v1', 'Service', {}), null],
  ])('%s', (_, given, remark) => {
    expect(remarkOn(given)).toBe(remark);
    expect(project(given).remark ?? null).toBe(remark);
  });
});
