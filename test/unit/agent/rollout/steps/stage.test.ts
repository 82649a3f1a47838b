import { describe, expect, it } from 'vitest';
import type { Position } from '../../../../../agent/model/delivery.ts';
import { contentsOf } from '../../../../../agent/rollout/steps/contents.ts';
import type { StageKind } from '../../../../../agent/rollout/steps/parts.ts';
import { stageOf } from '../../../../../agent/rollout/steps/stage.ts';
import { canonicalPretty, digestOf } from '../../../../../shared/lib/canonical.ts';
import type { ObjectId } from '../../../../../shared/model/object.ts';
import type { BundleDelivery } from '../../../../../shared/wire/revision.ts';
import { exampleApp, type TestRevision } from '../../../../fixtures/agent/apps.ts';
import { delivering } from '../../../../fixtures/agent/steps.ts';

interface Moment {
  readonly kind?: StageKind;
  readonly step?: number;
  /** Pods that served when the delivery arrived. */
  readonly total?: number;
  /** What runs of each copy: `spec ready`; absent = it was never made. */
  readonly live?: Readonly<Record<string, readonly [spec: number, ready: number]>>;
  readonly isAutoscaled?: boolean;
  readonly replicas?: number | null;
  readonly steps?: BundleDelivery['steps'];
  readonly byOthers?: boolean;
}

const steps: BundleDelivery['steps'] = [
  { type: 'scale', replicas: { percent: 25 }, weight: 10 },
  { type: 'scale', replicas: { percent: 50 }, weight: 50 },
];

/** What is applied at a moment: pods and weight of each copy, and the autoscalers that are there. */
function applied(moment: Moment): Record<string, unknown> {
  const { kind = 'step', step = 0, total = 10, live = {}, replicas = 10 } = moment;
  const revision = (n: number): TestRevision => ({ n, replicas, weight: 100 });
  const options = { isAutoscaled: moment.isAutoscaled === true };
  const [from, to] = [exampleApp([revision(1)], options), exampleApp([revision(2)], options)];
  const { app, objects } = delivering(from, to, { steps: moment.steps ?? steps });
  const texts = new Map(objects.map((one) => [digestOf(canonicalPretty(one)), one]));
  const position: Position = { number: 1, attempt: 1, step, waitedMs: 0, totals: { web: total } };
  const ingredients = { objectOf: (digest: string) => texts.get(digest as never) ?? null, keep: () => undefined };
  const contents = contentsOf(app, ingredients, { totals: position.totals, inventory: new Map() })!;
  const stateOf = (id: ObjectId) => live[id.slice(-2)];
  const stage = stageOf(contents, kind, position, {
    exists: (id) => stateOf(id) !== undefined,
    isTaken: () => false,
    earlier: () => 0,
    of: (id) => {
      const [spec = 0, ready = 0] = stateOf(id) ?? [];
      return { spec, ready, isOthers: moment.byOthers === true };
    },
  });
  const targets = stage.app.traffic.flatMap((one) => one.targets);
  const shown = ['v1', 'v2'].flatMap((name) => {
    const has = (kindName: string) =>
      stage.app.objects.some(({ id }) => id.endsWith(`${kindName}/default/example-web-${name}`));
    if (!has('Deployment')) return [];
    const pods = stage.app.replicas.find(({ id }) => id.endsWith(name))?.value ?? 'as it is';
    const weight = targets.find(({ service }) => service.endsWith(name))?.weight ?? 0;
    const scaler = has('HorizontalPodAutoscaler') ? ', autoscaled' : '';
    return [[name, `${pods} (${weight})${scaler}`]];
  });
  const leaving = [...stage.leaving].map((id) => id.slice(-2));
  return { ...(Object.fromEntries(shown) as Record<string, string>), ...(leaving.length > 0 && { leaving }) };
}

describe('what is applied at a moment of a delivery', () => {
  it.each<[string, Moment, object]>([
    ['the new copy is not ready: the other keeps all', {}, { v1: '10 (90)', v2: '3 (10)' }],
    ['as many as are ready go', { live: { v1: [10, 10], v2: [3, 2] } }, { v1: '9 (90)', v2: '3 (10)' }],
    ['no fewer than the share of the traffic', { live: { v1: [9, 9], v2: [3, 3] } }, { v1: '9 (90)', v2: '3 (10)' }],
    ['the next step', { step: 1, live: { v1: [9, 9], v2: [5, 5] } }, { v1: '5 (50)', v2: '5 (50)' }],
    [
      'of what served, not of what is written',
      { step: 1, total: 4, live: { v2: [2, 2] } },
      { v1: '2 (50)', v2: '2 (50)' },
    ],
    [
      'what an autoscaler keeps is left to it',
      { replicas: null, isAutoscaled: true, live: { v1: [10, 10] } },
      { v1: 'as it is (90), autoscaled', v2: '3 (10)' },
    ],
    ['a number that is written nowhere', { replicas: null, live: { v2: [3, 3] } }, { v1: '9 (90)', v2: '3 (10)' }],
    ['before anything was begun', { kind: 'serving', live: { v1: [10, 10] } }, { v1: '10 (100)' }],
    [
      'on the way back the new copy is stopped',
      { kind: 'serving', step: 1, live: { v1: [5, 5], v2: [5, 5] } },
      { v1: '10 (100)', v2: '0 (0)', leaving: ['v2'] },
    ],
    [
      'what steps took is given back, also where it is written nowhere',
      { kind: 'serving', replicas: null, live: { v1: [5, 5], v2: [5, 5] } },
      { v1: '10 (100)', v2: '0 (0)', leaving: ['v2'] },
    ],
    [
      'but not where another set it since',
      { kind: 'serving', replicas: null, byOthers: true, live: { v1: [5, 5] } },
      { v1: 'as it is (100)' },
    ],
    ['the copy before is kept', { kind: 'beside', live: { v1: [9, 9], v2: [5, 5] } }, { v1: '10 (0)', v2: '10 (100)' }],
    ['the copy before goes', { kind: 'whole', live: { v1: [9, 9], v2: [10, 10] } }, { v1: '0 (0)', v2: '10 (100)' }],
    ['one that was never made stays so', { kind: 'whole', live: { v2: [10, 10] } }, { v2: '10 (100)' }],
    [
      'the new copy has as many before the other goes, and nothing else scales it',
      { kind: 'whole', replicas: null, isAutoscaled: true, live: { v1: [10, 10], v2: [5, 5] } },
      { v1: '0 (0)', v2: '10 (100)' },
    ],
    [
      'then its own autoscaler counts',
      { kind: 'whole', replicas: null, isAutoscaled: true, live: { v1: [0, 0], v2: [10, 10] } },
      { v1: '0 (0)', v2: 'as it is (100), autoscaled' },
    ],
  ])('%s', (_, moment, expected) => {
    expect(applied(moment)).toEqual(expected);
  });
});
