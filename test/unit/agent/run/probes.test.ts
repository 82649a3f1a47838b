import { beforeEach, describe, expect, it } from 'vitest';
import { openVitals } from '../../../../agent/run/probes.ts';

describe('the probes of an agent', () => {
  let now = 0;
  let vitals = openVitals({ monotonic: () => now });
  beforeEach(() => {
    now = 0;
    vitals = openVitals({ monotonic: () => now });
  });

  it('has started once it knows who it is', () => {
    expect(vitals.startup()).toEqual({ ok: false, why: 'waits for the cluster' });
    vitals.joined();
    expect(vitals.startup().ok).toBe(true);
  });

  it('is ready while it holds the Lease, after a first complete pass', () => {
    let isHeld = false;
    vitals.leads(() => isHeld);
    expect(vitals.ready().why).toBe('does not hold the lease');
    isHeld = true;
    vitals.passBegins();
    vitals.passEnds(false);
    expect(vitals.ready().why).toBe('no pass has come to its end yet');
    vitals.passBegins();
    vitals.passEnds(true);
    expect(vitals.ready().ok).toBe(true);
    isHeld = false;
    expect(vitals.ready().ok).toBe(false);
  });

  it('is alive for as long as it waits, whatever is out of reach', () => {
    vitals.leads(() => false);
    now = 10 ** 9;
    expect(vitals.live().ok).toBe(true);
  });

  it('is not alive when one pass neither ends nor writes for ten minutes', () => {
    vitals.passBegins();
    now = 600_000;
    expect(vitals.live().ok).toBe(true);
    vitals.passGoesOn();
    now = 1_200_000;
    expect(vitals.live().ok).toBe(true);
    now += 1;
    expect(vitals.live()).toEqual({ ok: false, why: 'a pass is stuck' });
    vitals.passEnds(false);
    expect(vitals.live().ok).toBe(true);
  });
});
