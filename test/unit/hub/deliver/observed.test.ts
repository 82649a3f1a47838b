import { describe, expect, it } from 'vitest';
import { observedIn } from '../../../../hub/deliver/observed.ts';
import type { Reports } from '../../../../hub/model/reports.ts';

const [small, large] = ['/ConfigMap/default/a', '/ConfigMap/default/b'];
const app = {
  ...{ namespace: 'default', name: 'web' },
  observations: [{ id: small, uid: 'u', generation: 1, values: { '/data': 1 } }],
  problems: [{ id: large, code: 'LIMIT_EXCEEDED', message: 'it is too large', health: 'Current' }],
};
const reports = new Map([['eu', { report: { apps: [app] } }]]) as unknown as Reports;

describe('what clusters told', () => {
  it.each<[unit: string, cluster: string, id: string, told: unknown, why: string | undefined]>([
    ['default/web', 'eu', small, { '/data': 1 }, undefined],
    ['default/web', 'eu', large, undefined, 'it is too large'],
    ['default/other', 'eu', small, undefined, undefined],
    ['default/web', 'us', large, undefined, undefined],
  ])('of a unit %s on %s: %s', (unit, cluster, id, told, why) => {
    const { observed, untold } = observedIn(reports);
    expect([observed(unit, cluster, id), untold(unit, cluster, id)]).toEqual([told, why]);
  });
});
