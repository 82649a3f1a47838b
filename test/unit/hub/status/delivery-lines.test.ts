import { describe, expect, it } from 'vitest';
import type { StatusDelivery } from '../../../../hub/api/status.ts';
import type { Freeze } from '../../../../hub/model/freeze.ts';
import { deliveryLines } from '../../../../hub/status/delivery-lines.ts';
import { statusView } from '../../../../hub/status/view.ts';
import { heartbeat, now, stateOf } from '../../../fixtures/hub/status.ts';

const running: StatusDelivery = {
  application: 'default/web',
  name: 'web#17',
  phase: 'running',
  total: 12,
  done: 3,
  failed: 0,
  absent: 1,
  held: 1,
  waits: 'fleet waits for an approval',
  todo: 'sluice-hub rollout approve web#17/fleet',
};

function lines(deliveries: readonly StatusDelivery[], freeze: Freeze | null = null): string[] {
  const facts = { state: stateOf([]), reports: new Map(), deliveries, freeze, now, heartbeat };
  return deliveryLines(statusView(facts), { columns: 200, color: false, wide: false });
}

describe('deliveryLines', () => {
  it('says how far a delivery is, what it waits for, and what to do', () => {
    expect(lines([running])).toEqual([
      'delivery web#17 running: 3 of 12 clusters done, 1 away, 1 on hold; fleet waits for an approval; sluice-hub rollout approve web#17/fleet',
    ]);
    expect(
      lines([{ ...running, phase: 'rolled-back', waits: '3 of 3 clusters confirmed that they are back', todo: null }]),
    ).toEqual(['delivery web#17 rolled-back; 3 of 3 clusters confirmed that they are back']);
  });

  it('says first that nothing starts in the whole fleet, and how that ends', () => {
    const freeze = { reason: 'the holidays', by: 'ann', at: '2026-02-28T00:00:00.000Z', until: null };
    expect(lines([], freeze)).toEqual([
      'all deliveries are frozen by ann until a person ends it: the holidays; to end it: sluice-hub unfreeze',
    ]);
    expect(lines([running], { ...freeze, until: new Date(now + 1).toISOString() })).toHaveLength(2);
    expect(lines([running], { ...freeze, until: new Date(now).toISOString() })).toHaveLength(1);
  });

  it('says nothing where there is none', () => {
    expect(lines([])).toEqual([]);
  });
});
