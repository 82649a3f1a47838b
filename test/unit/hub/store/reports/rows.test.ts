import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReceivedReport } from '../../../../../hub/model/reports.ts';
import {
  receivedOf,
  rowOf,
  type AppRow,
  type ReportRow,
  type StoredRow,
} from '../../../../../hub/store/reports/rows.ts';
import { by } from '../../../../../shared/lib/order.ts';
import { appKey } from '../../../../../shared/wire/bundle.ts';
import { changeOf, withChange } from '../../../../../shared/wire/report-change.ts';
import type { AgentReport } from '../../../../../shared/wire/report.ts';
import { documents } from '../../../shared/wire/arbitraries.ts';
import { bundleApp, now, published, reportOf, settledApp } from '../../../../fixtures/hub/status.ts';

const [web, shop] = [settledApp(bundleApp('web')), settledApp(bundleApp('shop'))];
const report = reportOf(published('prod', []), [web, shop]);
const before: ReceivedReport = { report, receivedAt: now, since: { 'default/web': 3, 'default/shop': 4 } };

/** What a store that does as the rows say holds afterwards. */
function applied(stored: StoredRow | null, row: ReportRow): StoredRow {
  const apps = new Map<string, AppRow>(row.isWhole ? [] : stored?.apps.map((app) => [app.key, app]));
  for (const key of row.gone) apps.delete(key);
  for (const app of row.apps) apps.set(app.key, app);
  return { ...row, head: row.head ?? stored?.head ?? '', apps: [...apps.values()] };
}
const sorted = (received: ReceivedReport) => ({
  ...received,
  report: { ...received.report, apps: [...received.report.apps].sort(by(appKey)) },
});

describe('the rows of a report', () => {
  it('are read as what was written, whatever that is', () => {
    const formats = fc.oneof(documents.report(1), documents.report(2)).map((one): AgentReport => ({
      ...one,
      apps: [...new Map(one.apps.map((app) => [appKey(app), app])).values()],
    }));
    fc.assert(
      fc.property(fc.array(formats, { minLength: 1, maxLength: 4 }), (reports) => {
        let stored: StoredRow | null = null;
        let last: ReceivedReport | null = null;
        for (const [at, one] of reports.entries()) {
          const change = last === null ? null : changeOf(last.report, one);
          const next = last === null || change === null ? one : withChange(last.report, change);
          const received: ReceivedReport = { report: next, receivedAt: at, signature: `of ${at}` };
          stored = applied(stored, rowOf(received, last));
          last = received;
          expect(sorted(receivedOf(stored))).toEqual(sorted(received));
        }
      }),
    );
  });

  it('of a heartbeat are its number and times alone', () => {
    const again = { ...before, report: { ...report, sequence: 6, issuedAt: 'later' }, receivedAt: now + 9 };
    expect(rowOf(again, before)).toEqual({
      ...{ registration: report.registration, sequence: 6, receivedAt: now + 9, issuedAt: 'later', signature: null },
      ...{ count: 2, head: null, apps: [], isWhole: false, gone: [] },
    });
  });

  it.each<[string, Partial<AgentReport>, Record<string, number>, string[], string[], boolean]>([
    ['an application that changed', { apps: [web, { ...shop, message: 'x' }] }, {}, ['default/shop'], [], false],
    ['since when one has its health', {}, { 'default/shop': 9 }, ['default/shop'], [], false],
    ['an application that is gone', { apps: [web] }, {}, [], ['default/shop'], false],
    ['a condition', { conditions: [] }, {}, [], [], true],
  ])('of a change have only %s', (_, change, since, apps, gone, hasHead) => {
    const row = rowOf({ ...before, report: { ...report, ...change }, since: { ...before.since, ...since } }, before);
    expect([row.apps.map(({ key }) => key), row.gone, row.head !== null]).toEqual([apps, gone, hasHead]);
  });

  it.each<[string, (row: StoredRow) => StoredRow]>([
    ['whose head has another byte', (row) => ({ ...row, head: row.head.replace('prod', 'prov') })],
    [
      'with an application that has another byte',
      (row) => ({ ...row, apps: row.apps.map((app) => ({ ...app, text: app.text.replace('Healthy', 'Degrade') })) }),
    ],
    ['that lacks an application', (row) => ({ ...row, apps: row.apps.slice(1) })],
    ['with an application more', (row) => ({ ...row, apps: [...row.apps, row.apps[0]!] })],
    ['without any text', (row) => ({ ...row, head: '' })],
  ])('are refused %s', (_, harm) => {
    const stored = applied(null, rowOf(before, null));
    expect(receivedOf(stored)).toEqual(before);
    expect(() => receivedOf(harm(stored))).toThrow();
  });
});
