import { describe, expect, it } from 'vitest';
import { withVerdict } from '../../../../hub/deliver/judged.ts';
import { standingOf } from '../../../../hub/deliver/unit.ts';
import type { CheckedHealth, HealthVerdict, JudgedBy } from '../../../../hub/model/health.ts';
import { heartbeatMs, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';

const digest = 'sha256:a';
const app = { digest, health: { progressDeadlineSeconds: 600 } } as const;
const listening = { now: 10_000_000, since: 1_000_000 };
const said = (health: CheckedHealth['health'], facts: Partial<HealthVerdict> = {}): HealthVerdict => ({
  ...{ digest, checked: [{ component: 'web', health, message: '', details: {} }] },
  ...{ unhealthySince: null, since: null },
  ...facts,
});
const report = reportOf({ applied: digest, healthSince: 5_000_000, receivedAt: 9_000_000, healthyForSeconds: 4_000 });
const of = (judged: ReturnType<JudgedBy>, more: Partial<typeof report> = {}) =>
  withVerdict({ ...report, ...more }, app, judged, listening);

describe('what an agent says, with what definitions say of it', () => {
  it('is the very same where they say nothing, or of another content', () => {
    const other = { ...report, applied: 'sha256:b' };
    expect(withVerdict(report, app, undefined, listening)).toBe(report);
    expect(withVerdict(other, app, said('unhealthy'), listening)).toBe(other);
    expect(of(said('healthy'))).toEqual(report);
  });

  it.each<readonly [string, HealthVerdict, Partial<typeof report>, Partial<typeof report>]>([
    [
      'is not well since they say no',
      said('unhealthy', { since: 8_000_000, unhealthySince: 8_000_000 }),
      {},
      { health: 'Degraded', healthSince: 8_000_000, healthyForSeconds: null },
    ],
    [
      'is not well for as long as either of them says so',
      said('unhealthy', { since: 8_000_000, unhealthySince: 9_900_000 }),
      { health: 'Degraded', healthSince: 7_000_000 },
      { health: 'Degraded', healthSince: 7_000_000 },
    ],
    [
      'is not known, and was well until then',
      said('unknown', { since: 8_500_000 }),
      {},
      { health: 'Unknown', healthSince: 8_500_000 },
    ],
    [
      'has its deadline from the start of a hub that finds it so',
      said('unhealthy', { unhealthySince: 5_000_000 }),
      {},
      { healthSince: listening.since },
    ],
    [
      'is well for no longer than they say so',
      said('healthy', { since: 8_940_000 }),
      {},
      { health: 'Healthy', healthSince: 8_940_000, healthyForSeconds: 60 },
    ],
  ])('%s', (_, judged, more, expected) => {
    expect(of(judged, more)).toMatchObject(expected);
  });

  it('is not done while they are still to be asked, and no deadline of what was well passes meanwhile', () => {
    const awaited = of('awaited', { healthSince: 0, receivedAt: listening.now });
    const published = { content: 'web-v2', digest, generation: 7 };
    const input = { number: 1, content: 'web-v2', admission: { at: new Date(0).toISOString() }, back: null };
    const numbers = { deadlineMs: 60_000, soakMs: 0, wasDone: true, listening: { ...listening, heartbeatMs } };
    const standing = standingOf({ ...unit('a', null), published, report: awaited }, { ...input, ...numbers });
    expect(standing).toMatchObject({ state: 'admitted', reason: 'what its definitions say of it is not known yet' });
  });
});
