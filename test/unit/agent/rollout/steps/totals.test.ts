import { describe, expect, it } from 'vitest';
import { totalsOf, type TotalsInput } from '../../../../../agent/rollout/steps/totals.ts';
import type { ObjectId } from '../../../../../shared/model/object.ts';

const [old, fresh, hpa] = [
  'apps/Deployment/default/a',
  'apps/Deployment/default/b',
  'autoscaling/HorizontalPodAutoscaler/default/a',
];

interface Case {
  readonly isRebuilt?: boolean;
  /** Pods that run and are ready; null = not known. */
  readonly serving: readonly [number, number] | null;
  readonly beside?: readonly [number, number];
  readonly written?: number;
  readonly isScaled?: boolean;
  readonly before?: number;
}

function totalOf({ isRebuilt = true, serving, beside, written, isScaled = false, before }: Case) {
  const live = new Map<ObjectId, readonly [number, number] | null | undefined>([
    [old, serving],
    [fresh, beside],
  ]);
  const input = {
    contents: {
      copies: {
        components: [{ name: 'web', old: [old], fresh: [fresh] }],
        early: [],
        scalers: new Map(isScaled ? [[old, { id: hpa }]] : []),
      },
      app: { delivery: { steps: [] } },
      from: {
        traffic: [],
        replicas: written === undefined ? [] : [{ id: old, pointer: '/spec/replicas', value: written }],
      },
    },
    pods: {
      exists: (id: ObjectId) => live.get(id) !== undefined,
      of: (id: ObjectId) => {
        const pods = live.get(id);
        if (pods === null) return null;
        const [spec, ready] = pods ?? [0, 0];
        return { spec, ready, isOthers: false };
      },
    },
    isRouted: () => true,
    isRebuilt,
    before: before === undefined ? {} : { web: before },
  };
  return totalsOf(input as unknown as TotalsInput);
}

describe('the pods that served when a delivery began', () => {
  it.each<[string, Case, number | null]>([
    ['are those of what serves', { isRebuilt: false, serving: [4, 4], beside: [4, 4], written: 9 }, 4],
    ['are no fewer than an attempt before found', { isRebuilt: false, serving: [4, 4], before: 6 }, 6],
    ['are not known while they cannot be seen', { serving: null }, null],
    ['after lost state, are as many as are written down', { serving: [5, 5], beside: [5, 5], written: 10 }, 10],
    ['after lost state, are more where more run', { serving: [12, 12], beside: [1, 1], written: 10 }, 12],
    [
      'after lost state, are the ready ones of both where no number is written',
      { serving: [7, 7], beside: [4, 3] },
      10,
    ],
    ['after lost state, are those that an autoscaler keeps', { serving: [6, 6], beside: [2, 2], isScaled: true }, 6],
    ['after lost state, are none where nothing ran', { serving: [0, 0] }, 0],
  ])('%s', (_, one, expected) => {
    expect(totalOf(one)).toEqual(expected === null ? null : { web: expected });
  });
});
