import { describe, expect, it } from 'vitest';
import type { ReportStore } from '../../../hub/model/report-store.ts';
import type { ReceivedReport } from '../../../hub/model/reports.ts';
import { by } from '../../../shared/lib/order.ts';
import { appKey } from '../../../shared/wire/bundle.ts';
import { changeOf, withChange } from '../../../shared/wire/report-change.ts';
import type { AgentReport } from '../../../shared/wire/report.ts';
import { bundleApp, published, received, reportOf, settledApp } from '../../fixtures/hub/status.ts';

/** A store, and the same one after the program that used it was killed. */
export interface ReportStoreUnderTest {
  readonly store: ReportStore;
  readonly reopen: () => Promise<ReportStore>;
}

const apps = (...names: string[]) => names.map((name) => settledApp(bundleApp(name)));
/** Each application has its health since another moment. */
const withSince = ({ report: of, receivedAt, signature }: ReceivedReport): ReceivedReport => ({
  ...{ report: of, receivedAt },
  ...(of.apps.length > 0 && { since: Object.fromEntries(of.apps.map((app, at) => [appKey(app), at + 1])) }),
  ...(signature !== undefined && { signature }),
});
const report = (cluster: string, facts: Partial<AgentReport> = {}): ReceivedReport =>
  withSince({ ...received(reportOf(published(cluster, []), apps('shop', 'web'), facts)), signature: 'of it' });
const changed = ({ report: base, ...rest }: ReceivedReport, facts: Partial<AgentReport>): ReceivedReport => {
  const next = { ...base, ...facts };
  const change = changeOf(base, next);
  return withSince({ ...rest, report: change === null ? next : withChange(base, change) });
};
const inOrder = (all: readonly ReceivedReport[]) =>
  [...all]
    .sort(by((one) => one.report.cluster))
    .map((one) => ({ ...one, report: { ...one.report, apps: [...one.report.apps].sort(by(appKey)) } }));

/** What every store of reports does. */
export function reportStoreContract(open: () => ReportStoreUnderTest): void {
  describe('a store of reports', () => {
    const begin = async () => {
      const under = open();
      await under.store.load();
      const after = async () => inOrder(await (await under.reopen()).load());
      return { ...under, after };
    };

    it('is empty at first', async () => {
      expect(await open().store.load()).toEqual([]);
    });

    it('has what was saved when its program is killed as soon as it heard so', async () => {
      const { store, after } = await begin();
      const all = ['a', 'b', 'c'].map((cluster) => report(cluster));
      await Promise.all(all.map(store.save));
      expect(await after()).toEqual(all);
    });

    it('has the last report of each registration, whatever it followed', async () => {
      const { store, after } = await begin();
      const first = report('a');
      const steps: Partial<AgentReport>[] = [
        { sequence: 6, apps: apps('shop') },
        { sequence: 7 },
        { sequence: 8, apps: apps('shop', 'web', 'new'), settled: false },
        { sequence: 9, conditions: [] },
        { sequence: 10, apps: [] },
        { sequence: 11, apps: apps('web') },
      ];
      let last = first;
      await store.save(first);
      for (const step of steps) {
        last = changed(last, step);
        await store.save(last);
        expect(await after()).toEqual(inOrder([last]));
      }
    });

    it('has the newest of several that are saved at once', async () => {
      const { store, after } = await begin();
      const first = report('a');
      const second = changed(first, { sequence: 6, apps: apps('shop') });
      const third = changed(second, { sequence: 7, apps: apps('shop', 'late') });
      await Promise.all([first, second, third].map(store.save));
      expect(await after()).toEqual(inOrder([third]));
    });

    it('has nothing left of what was forgotten, and takes it anew', async () => {
      const { store, after } = await begin();
      const [a, b] = [report('a'), report('b')];
      await Promise.all([a, b].map(store.save));
      await store.forget([a.report.registration, 'one that never was']);
      expect(await after()).toEqual([b]);
      await store.save(a);
      expect(await after()).toEqual([a, b]);
    });

    it('forgets what was on its way to the disk, too', async () => {
      const { store, after } = await begin();
      const one = report('a');
      await Promise.all([store.save(one), store.forget([one.report.registration])]);
      expect(await after()).toEqual([]);
    });

    it('has formats, envelopes, and applications of one name in several namespaces', async () => {
      const { store, after } = await begin();
      const [web] = apps('web');
      const second = report('a', {
        ...{ format: 2, envelope: { payload: 'x', signatures: 'y' } },
        apps: ['eu', 'us'].map((target) => ({ ...web!, target, observedAt: undefined })),
      });
      await store.save(second);
      expect(await after()).toEqual(inOrder([second]));
    });
  });
}
