import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../../hub/api/rollouts.ts';
import type { Hold } from '../../../../hub/model/hold.ts';
import type { WhyFacts } from '../../../../hub/status/why-facts.ts';
import { deliveryStop, placementStop, publishedStop, sourceStop } from '../../../../hub/status/why-hub.ts';
import { enrolledCluster, now } from '../../../fixtures/hub/status.ts';

const facts: WhyFacts = {
  ...{ unit: 'default/web@green', cluster: 'prod', commit: 'c', newest: 'web-v1', hasDocument: true, unread: null },
  ...{ holds: [], rollout: null, record: enrolledCluster('prod'), row: undefined, received: undefined },
  ...{ stale: false, now },
};
const hold = (by: Hold['by']): Hold => ({ app: 'default/web', cluster: 'prod', by, reason: `by ${by}`, since: 's' });

describe('what the hub knows of a unit', () => {
  it('finds the place in a delivery by cluster and namespace', () => {
    const back = [{ unit: 'prod@green', reason: 'it failed' }];
    const rollout = { name: 'web#2', back, absent: [], held: [], todo: null, endedAt: null } as unknown as Rollout;
    expect(deliveryStop({ ...facts, rollout }, 'wave')?.reason).toBe('web#2 was taken back here: it failed');
    expect(deliveryStop({ ...facts, rollout }, 'step')).toBeNull();
    expect(deliveryStop({ ...facts, unit: 'default/web', rollout }, 'wave')).toBeNull();
  });

  it('tells a hold of a delivery that it knows nothing more of', () => {
    expect(deliveryStop({ ...facts, holds: [hold('delivery')] }, 'wave')?.reason).toBe('by delivery');
    expect(deliveryStop({ ...facts, holds: [hold('delivery')] }, 'step')).toBeNull();
  });

  it('takes what waits for something else for placed, and not for published', () => {
    const waiting = { ...facts, holds: [hold('limit')] };
    expect([sourceStop(waiting), placementStop(waiting)]).toEqual([null, null]);
    expect(publishedStop(waiting)?.reason).toBe('no bundle of the cluster has it yet');
  });
});
