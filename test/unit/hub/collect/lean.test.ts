import { describe, expect, it } from 'vitest';
import { leanReport } from '../../../../hub/collect/lean.ts';
import { createHeldOnce } from '../../../../hub/model/held-once.ts';
import { bundleApp, published, reportOf, settledApp } from '../../../fixtures/hub/status.ts';

const app = { ...settledApp(bundleApp('web')), revisions: [{ name: 'web-v1', ready: 1, desired: 2 }] };
const reportFrom = (cluster: string, apps = [structuredClone(app)]) => reportOf(published(cluster, []), apps);

describe('a lean report', () => {
  it('says the same, and what another cluster says too is the very same value', () => {
    const once = createHeldOnce();
    const told = { ...app, healthyForSeconds: 7 };
    const [one, other] = [reportFrom('a'), reportFrom('b', [structuredClone(told)])].map((report) =>
      leanReport(report, null, once),
    );
    expect(one).toEqual(reportFrom('a'));
    expect(other).toEqual(reportFrom('b', [told]));
    for (const part of ['revisions', 'traffic', 'objects', 'problems'] as const)
      expect(other?.apps[0]?.[part], part).toBe(one?.apps[0]?.[part]);
  });

  it('has those applications of the report before that did not change', () => {
    const once = createHeldOnce();
    const before = leanReport(reportFrom('a'), null, once);
    const [kept] = before.apps;
    const changed = { ...structuredClone(app), name: 'api' };
    expect(leanReport({ ...before, apps: [kept!, changed] }, before, once).apps).toEqual([kept, changed]);
    expect(leanReport({ ...before, apps: [kept!, changed] }, before, once).apps[0]).toBe(kept);
    const again = { ...before, sequence: 2 };
    expect(leanReport(again, before, once)).toBe(again);
  });
});
