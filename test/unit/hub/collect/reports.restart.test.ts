import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReports, type ReceivedReports } from '../../../../hub/collect/reports.ts';
import type { ReportRow } from '../../../../hub/store/reports/rows.ts';
import { openReportStore } from '../../../../hub/store/reports/store.ts';
import { databaseThread } from '../../../../hub/store/reports/thread.ts';
import type { AgentReport, ReportMessage } from '../../../../shared/wire/report.ts';
import { silentLog } from '../../../fakes/agent.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

let folder: string;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-reports-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

/** The reports of a hub that starts now, and the rows that it writes. */
async function start() {
  const rows: ReportRow[] = [];
  const thread = databaseThread(join(folder, 'reports.db'), silentLog);
  const write: typeof thread.write = (some, forgotten) => {
    rows.push(...some);
    return thread.write(some, forgotten);
  };
  const store = openReportStore(folder, silentLog, { ...thread, write });
  closing.push(store.close);
  return { rows, reports: await openReports(store) };
}

const bundles = ['a', 'b'].map((cluster) => published(cluster, []));
const records = ['a', 'b'].map((cluster) => enrolledCluster(cluster));
const state = stateOf(records, bundles);
const own = (cluster: number): AgentReport => {
  const [bundle, apps] = [bundles[cluster], ['shop', 'web'].map((name) => settledApp(bundleApp(name)))];
  if (bundle === undefined) throw new Error('there is no such cluster');
  return reportOf(bundle, apps, { sequence: 1 });
};

async function take({ take: taken }: ReceivedReports, cluster: number, message: ReportMessage): Promise<void> {
  const record = records[cluster];
  if (record === undefined) throw new Error('there is no such cluster');
  await taken({ record, message, signature: `of ${message.kind}` }, state, now).saved;
}

const heartbeat = ({ channel, registration, sequence }: AgentReport): ReportMessage => ({
  kind: 'heartbeat',
  heartbeat: { format: 2, channel, registration, base: sequence, sequence: sequence + 1 },
});

describe('reports after a restart', () => {
  beforeEach(async () => {
    const { reports } = await start();
    for (const cluster of [0, 1]) await take(reports, cluster, { kind: 'whole', report: own(cluster) });
  });

  it('are written by what changes: a heartbeat writes no application again', async () => {
    const { reports, rows } = await start();
    for (const cluster of [0, 1]) await take(reports, cluster, heartbeat(own(cluster)));
    expect(rows.map(({ sequence, head, apps }) => ({ sequence, head, apps }))).toEqual([
      { sequence: 2, head: null, apps: [] },
      { sequence: 2, head: null, apps: [] },
    ]);
  });

  it('write the application alone that changed', async () => {
    const { reports, rows } = await start();
    const { channel, registration, cluster } = own(0);
    const head = { format: 2, channel, registration, cluster, issuedAt: new Date(now).toISOString() };
    const apps = [settledApp(bundleApp('web'), { message: 'another' })];
    await take(reports, 0, { kind: 'change', change: { ...head, base: 1, sequence: 2, apps, gone: [] } });
    expect(rows.flatMap((row) => row.apps.map(({ key }) => key))).toEqual(['default/web']);
  });

  it('have what clusters say in common once', async () => {
    const { reports } = await start();
    const [first, second] = [...reports.current(state).values()].map(({ report }) => report.apps[0]);
    expect(first?.revisions).toEqual(own(0).apps[0]?.revisions);
    expect(first?.revisions).toBe(second?.revisions);
  });
});
