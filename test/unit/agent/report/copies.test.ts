import { describe, expect, it } from 'vitest';
import type { Stage } from '../../../../agent/model/delivery.ts';
import type { Live, LiveObject } from '../../../../agent/model/live.ts';
import { copyRevisions } from '../../../../agent/report/copies.ts';
import { parseObjectId } from '../../../../shared/model/object.ts';
import type { BundleDelivery } from '../../../../shared/wire/revision.ts';
import { copyStage, type CopyMoment } from '../../../fixtures/agent/stages.ts';

const steps: BundleDelivery['steps'] = [{ type: 'scale', replicas: { percent: 50 }, weight: 50 }];

/** A cluster that shows nothing but pods. */
function liveOf(pods: CopyMoment['live'] = {}): Live {
  const object = (id: string): LiveObject | undefined => {
    const [spec, ready] = pods[parseObjectId(id).name] ?? [];
    if (spec === undefined || ready === undefined || parseObjectId(id).kind !== 'Deployment') return undefined;
    return { id, replicas: { spec, ready, total: spec, setBy: 'apply', wasReady: true } } as LiveObject;
  };
  return { object, isSynced: () => true, readyEndpoints: () => null };
}

describe('the pods that a report says of two copies of an Application', () => {
  it.each<[string, Omit<CopyMoment, 'steps'>, string]>([
    ['before the first step: what serves', { kind: 'serving', live: { reviews: [2, 2] } }, 'v1 2/2'],
    ['between: both', { live: { reviews: [2, 2], 'reviews-v2': [1, 0] } }, 'v1 2/2, v2 0/1'],
    ['also while the new copy is not there yet', { live: { reviews: [2, 1] } }, 'v1 1/2, v2 0/1'],
    [
      'kept beside the content',
      { kind: 'beside', step: 1, live: { reviews: [2, 2], 'reviews-v2': [2, 2] } },
      'v1 2/2, v2 2/2',
    ],
    ['at the end: the content', { kind: 'whole', step: 1, live: { reviews: [0, 0], 'reviews-v2': [2, 2] } }, 'v2 2/2'],
  ])('%s', (_, moment, expected) => {
    const { stage, position, wanted } = copyStage({ ...moment, steps });
    const at: Stage = {
      ...{ wanted, position, ...stage },
      ...{ isReturning: false, mayMove: true, mayChange: true, dueAt: null },
      said: { number: 1, attempt: 1, step: 0, phase: 'running' },
    };
    const said = copyRevisions(liveOf(moment.live), at).map(
      ({ name, ready, desired }) => `${name.slice(9)} ${ready}/${desired}`,
    );
    expect(said.join(', ')).toBe(expected);
  });
});
