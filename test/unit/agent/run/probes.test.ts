import { beforeEach, describe, expect, it } from 'vitest';
import { openProbes } from '../../../../agent/run/probes.ts';

describe('the probes of an agent', () => {
  let now = 0;
  let probes = openProbes({ monotonic: () => now });
  beforeEach(() => {
    now = 0;
    probes = openProbes({ monotonic: () => now });
  });

  it('has started once it knows who it is', () => {
    expect(probes.startup()).toEqual({ ok: false, why: 'waits for the cluster' });
    probes.joined();
    expect(probes.startup().ok).toBe(true);
  });

  it('is ready while it holds the Lease, after a first complete pass', () => {
    let isHeld = false;
    probes.leads(() => isHeld);
    expect(probes.ready().why).toBe('does not hold the lease');
    isHeld = true;
    probes.passBegins();
    probes.passEnds(false);
    expect(probes.ready().why).toBe('no pass has come to its end yet');
    probes.passBegins();
    probes.passEnds(true);
    expect(probes.ready().ok).toBe(true);
    isHeld = false;
    expect(probes.ready().ok).toBe(false);
  });

  it('is alive for as long as it waits, whatever is out of reach', () => {
    probes.leads(() => false);
    now = 10 ** 9;
    expect(probes.live().ok).toBe(true);
  });

  it('is not alive when one pass neither ends nor writes for ten minutes', () => {
    probes.passBegins();
    now = 600_000;
    expect(probes.live().ok).toBe(true);
    probes.passGoesOn();
    now = 1_200_000;
    expect(probes.live().ok).toBe(true);
    now += 1;
    expect(probes.live()).toEqual({ ok: false, why: 'a pass is stuck' });
    probes.passEnds(false);
    expect(probes.live().ok).toBe(true);
  });
});
