import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReceivedReport } from '../../../hub/model/reports.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';
import { openPasses, type Passes } from '../../fixtures/hub/passes.ts';
import { enrolledCluster, received, reportOf, settledApp } from '../../fixtures/hub/status.ts';

const record = enrolledCluster('a', { reads: { revision: 2 } });
const db = 'apps/Deployment/default/db';

const shop = (components: readonly string[], policies = '') => `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop }
spec:
  components: [${components.map((name) => `{ name: ${name}, type: worker, properties: { image: "${name}:1" } }`).join(', ')}]
  policies: [{ name: all, type: topology, properties: { clusters: [a] } }${policies}]
`;
const keeping = (strategy: string) =>
  `, { name: gc, type: garbage-collect, properties: { rules: [{ selector: { componentNames: [db] }, strategy: ${strategy} }] } }`;

describe('what an application keeps, when its agent reads the format before again', () => {
  let at = Date.parse('2026-03-01T12:00:00Z');
  let dir: string;
  let passes: Passes;
  let reported: ReadonlyMap<string, ReceivedReport> = new Map();
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-kept-'));
    const clock = { ...systemClock, now: () => at };
    passes = await openPasses(dir, [record], { reports: () => reported, clock, listeningSince: at });
  });
  afterEach(async () => {
    await passes.close();
    await rm(dir, { recursive: true });
  });

  /** The agent has what was published, and objects of which it does not know why; then a pass. */
  async function told(unexplained: readonly string[] = [], files: Readonly<Record<string, string>> = {}) {
    const bundle = (await passes.parts.store.read()).bundles.get('a')!;
    const report = reportOf(
      bundle,
      bundle.revision.apps.map((app) => settledApp(app)),
    );
    const retired = { ...report.retired, unexplained: [...unexplained] };
    reported = new Map([['a', received({ ...report, retired })]]);
    at += 60_000;
    const { state } = await passes.run(files);
    return state.bundles.get('a')!.revision;
  }

  it('is not deleted', async () => {
    await passes.run({ 'shop.yaml': shop(['web', 'db'], keeping('onAppDelete')) });
    await told();
    const kept = await told([], { 'shop.yaml': shop(['web'], keeping('onAppDelete')) });
    expect(kept.apps[0]?.kept).toEqual([{ id: db, until: 'appDeleted' }]);
    Object.assign(passes.parts, { reads: () => new Map([[record.registration, { revision: 1 }]]) });
    const older = await told();
    expect([older.format, older.apps[0]?.kept]).toEqual([1, undefined]);
    expect((await told([db])).retired).toEqual([]);
    expect((await told([db])).retired).toEqual([]);
  });
});
