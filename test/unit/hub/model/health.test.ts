import { describe, expect, it } from 'vitest';
import { judgedHealth, judgedWords, type CheckedHealth } from '../../../../hub/model/health.ts';
import type { AppHealth } from '../../../../shared/model/health.ts';

const check = (health: CheckedHealth['health'], message = '', more: Partial<CheckedHealth> = {}): CheckedHealth => ({
  ...{ component: 'web', health, message, details: {} },
  ...more,
});

describe('the health of an application, as reported and by its definitions', () => {
  it.each<readonly [string, AppHealth, readonly CheckedHealth[], number | null, AppHealth]>([
    ['is as reported where they say nothing', 'Healthy', [], null, 'Healthy'],
    ['is healthy where they say so', 'Healthy', [check('healthy')], null, 'Healthy'],
    ['is not healthy where one says no', 'Healthy', [check('healthy'), check('unhealthy')], 900, 'Progressing'],
    ['is degraded after the progress deadline', 'Healthy', [check('unhealthy')], 0, 'Degraded'],
    ['is degraded with the very moment of it', 'Healthy', [check('unhealthy')], 400, 'Degraded'],
    ['is not known while one is not', 'Healthy', [check('unknown')], null, 'Unknown'],
    ['is never better than reported', 'Degraded', [check('healthy')], null, 'Degraded'],
    ['is progressing as reported', 'Progressing', [check('healthy')], null, 'Progressing'],
  ])('%s', (_, reported, checked, unhealthySince, expected) => {
    expect(judgedHealth(reported, { checked, unhealthySince }, { now: 1_000, deadlineMs: 600 })).toBe(expected);
  });

  it('is as reported without a verdict', () => {
    expect(judgedHealth('Healthy', undefined, { now: 1_000, deadlineMs: 600 })).toBe('Healthy');
  });

  it.each<readonly [string, readonly CheckedHealth[], string]>([
    ['nothing', [check('healthy')], ''],
    ['its message', [check('healthy', 'all is well')], 'all is well'],
    ['that it is not healthy, where it has no message', [check('unhealthy')], 'not healthy by its healthPolicy'],
    [
      'of several, which',
      [check('healthy', 'a'), check('healthy', 'b', { trait: 'expose' })],
      'web: a; web (expose): b',
    ],
    [
      'of copies, which',
      [check('healthy', 'a', { revision: 'v1' }), check('healthy', 'a', { revision: 'v2' })],
      'web of v1: a; web of v2: a',
    ],
  ])('says %s', (_, checked, words) => {
    expect(judgedWords({ checked })).toBe(words);
  });
});
