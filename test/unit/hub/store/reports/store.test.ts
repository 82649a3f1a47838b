import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReportStore } from '../../../../../hub/store/reports/store.ts';
import type { DatabaseThread } from '../../../../../hub/store/reports/thread.ts';
import { reportStoreContract } from '../../../../contract/reports/suite.ts';
import { silentLog } from '../../../../fakes/agent.ts';
import { published, received, reportOf } from '../../../../fixtures/hub/status.ts';

let folder: string;
const opened: ReturnType<typeof openReportStore>[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-reports-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  rmSync(folder, { recursive: true });
});

const warnings: string[] = [];
function open(log = silentLog) {
  const store = openReportStore(folder, log);
  opened.push(store);
  return store;
}
const report = (cluster: string, sequence = 5) => received(reportOf(published(cluster, []), [], { sequence }));
type Received = ReturnType<typeof report>;
const clusters = async () => (await open().load()).map((one) => `${one.report.cluster} ${one.report.sequence}`).sort();

describe('the reports of a folder', () => {
  reportStoreContract(() => {
    const store = open();
    return { store, reopen: () => Promise.resolve(open()) };
  });

  it('are all there after the database was deleted while it was in use', async () => {
    const store = open();
    await store.load();
    await Promise.all(['a', 'b'].map((cluster) => store.save(report(cluster))));
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    await store.save(report('c'));
    expect(await clusters()).toEqual(['a 5', 'b 5', 'c 5']);
  });

  it('are all there after the disk was full while the database was begun anew', async () => {
    const disk = { rows: new Set<string>(), isLost: false, isFull: false };
    const write: DatabaseThread['write'] = (rows) => {
      if (disk.isLost) {
        Object.assign(disk, { rows: new Set<string>(), isLost: false, isFull: true });
        return Promise.resolve('anew');
      }
      if (disk.isFull) return Promise.reject(new Error('the disk is full'));
      for (const { registration } of rows) disk.rows.add(registration);
      return Promise.resolve('written');
    };
    const thread = { write, load: () => Promise.resolve([]), close: () => Promise.resolve() };
    const store = openReportStore(folder, silentLog, thread);
    const [a, b, c] = ['a', 'b', 'c'].map((cluster) => report(cluster)) as [Received, Received, Received];
    await Promise.all([store.save(a), store.save(b)]);
    disk.isLost = true;
    await expect(store.save(c)).rejects.toThrow('the disk is full');
    disk.isFull = false;
    await store.save(c);
    expect(disk.rows).toEqual(new Set([a, b, c].map((one) => one.report.registration)));
  });

  it('are none where the database is damaged, which is said, and are saved again', async () => {
    writeFileSync(join(folder, 'reports.db'), 'no database at all, and longer than its head '.repeat(40));
    warnings.length = 0;
    const store = open({ ...silentLog, warn: (message: string) => void warnings.push(message) } as typeof silentLog);
    expect(await store.load()).toEqual([]);
    expect(warnings.join()).toContain('damaged, and begun anew');
    await store.save(report('a'));
    expect(await clusters()).toEqual(['a 5']);
  });

  it('are taken over from the files of earlier versions, once', async () => {
    for (const cluster of ['a', 'b']) {
      const old = report(cluster);
      writeFileSync(join(folder, `${old.report.registration}.json`), JSON.stringify(old));
    }
    writeFileSync(join(folder, 'broken.json'), '{');
    writeFileSync(join(folder, 'x.json.tmp'), '{');
    expect(await clusters()).toEqual(['a 5', 'b 5']);
    expect(readdirSync(folder).filter((name) => name.includes('json'))).toEqual([]);
    expect(await clusters()).toEqual(['a 5', 'b 5']);
  });

  it('are not taken over where a newer one is there', async () => {
    const store = open();
    await store.load();
    await store.save(report('a', 9));
    const old = report('a');
    writeFileSync(join(folder, `${old.report.registration}.json`), JSON.stringify(old));
    expect(await clusters()).toEqual(['a 9']);
  });

  it('cannot be opened where a folder is in the place of the database, which is said with what to do', async () => {
    mkdirSync(join(folder, 'reports.db'));
    await expect(open().load()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      data: { hint: expect.any(String) as string },
    });
  });

  it('of a group are one commit: those that come while one is written are the next', async () => {
    const store = open();
    await store.load();
    const count = 200;
    await Promise.all(Array.from({ length: count }, (_, n) => store.save(report(`c-${n}`))));
    expect(await clusters()).toHaveLength(count);
    // Frames of the log that were never moved into the database: each commit alone would write several pages.
    expect(readFileSync(join(folder, 'reports.db')).length).toBeGreaterThan(0);
  });
});
