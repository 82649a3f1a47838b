import { expect, it } from 'vitest';
import { worstHealth, type AppHealth } from '../../../../shared/model/health.ts';

it.each<[readonly AppHealth[], AppHealth]>([
  [[], 'Healthy'],
  [['Healthy', 'Progressing'], 'Progressing'],
  [['Held', 'Progressing'], 'Held'],
  [['Stale', 'Unknown', 'Held'], 'Stale'],
  [['Degraded', 'Healthy', 'Stale'], 'Degraded'],
])('the worst of %j is %s', (healths, worst) => {
  expect(worstHealth(healths)).toBe(worst);
});
