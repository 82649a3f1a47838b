import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReportDatabase, type ReportDatabase } from '../../../../../hub/store/reports/database.ts';
import { receivedOf, rowOf } from '../../../../../hub/store/reports/rows.ts';
import { by } from '../../../../../shared/lib/order.ts';
import { bundleApp, published, received, reportOf, settledApp } from '../../../../fixtures/hub/status.ts';

let folder: string;
let path: string;
let aside: string[];
let database: ReportDatabase | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-reports-'));
  path = join(folder, 'reports.db');
  [aside, database] = [[], null];
});
afterEach(() => {
  database?.close();
  rmSync(folder, { recursive: true });
});

const reports = ['a', 'b', 'c'].map((cluster) =>
  received(reportOf(published(cluster, []), [settledApp(bundleApp('web')), settledApp(bundleApp('shop'))])),
);
/** What is loaded, in the order of the reports above. */
const loaded = (from: ReportDatabase) =>
  from
    .load()
    .map(receivedOf)
    .sort(by((one) => one.report.cluster))
    .map((one) => ({ ...one, report: { ...one.report, apps: [...one.report.apps].reverse() } }));
const rows = reports.map((one) => rowOf(one, null));
const large = (sequence: number) =>
  rowOf(
    received(
      reportOf(published('a', []), [settledApp(bundleApp('web'), { message: 'x'.repeat(500_000) })], { sequence }),
    ),
    null,
  );
const open = () => (database = openReportDatabase(path, (name) => aside.push(name)));
const known = () =>
  open()
    .load()
    .map((row) => receivedOf(row).report.cluster)
    .sort();
/** Something else that has the file open. */
const other = () => new DatabaseSync(path);

describe('the database of reports', () => {
  it('has what was written, after it was opened again', () => {
    expect(open().write(rows)).toBe('written');
    database!.close();
    expect(loaded(open())).toEqual(reports);
  });

  it('is a file that only its owner reads', () => {
    open().write(rows);
    for (const name of readdirSync(folder))
      expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
  });

  it('writes all of a group or nothing', () => {
    open().write(rows);
    const [first, second] = reports;
    const broken = { ...rowOf(second!, null), receivedAt: null as unknown as number };
    const next = rowOf({ ...first!, receivedAt: 77 }, null);
    expect(() => database!.write([next, broken])).toThrow(/NOT NULL/);
    expect(loaded(database!)).toEqual(reports);
    expect(database!.write([next])).toBe('written');
  });

  it('leaves what it had when the disk is full, and goes on when there is room', () => {
    open().write(rows);
    database!.close();
    database = openReportDatabase(path, (name) => aside.push(name), { pages: 20 });
    expect(() => database!.write([large(9)])).toThrow(/full/);
    expect(loaded(database)).toEqual(reports);
    expect(database.write(rows)).toBe('written');
    database.close();
    expect(open().write([large(9)])).toBe('written');
    expect(aside).toEqual([]);
  });

  it('waits for a lock of something else, and says when it is too long', () => {
    openReportDatabase(path, () => undefined).close();
    const locking = other();
    locking.exec('BEGIN IMMEDIATE');
    database = openReportDatabase(path, (name) => aside.push(name), { lockedMs: 10 });
    expect(() => database!.write(rows)).toThrow(/locked/);
    locking.exec('ROLLBACK');
    locking.close();
    expect(database.write(rows)).toBe('written');
    expect(aside).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['deleted', () => rmSync(path)],
    ['deleted with its folder', () => rmSync(folder, { recursive: true })],
    [
      'replaced by another',
      () => {
        rmSync(path);
        new DatabaseSync(path).close();
      },
    ],
  ])('is begun anew when its file is %s while it is open', (_, harm) => {
    open().write(rows);
    harm();
    expect(database!.write(rows.slice(0, 1))).toBe('anew');
    expect(database!.load()).toEqual([]);
    expect(database!.write(rows)).toBe('written');
    database!.close();
    expect(known()).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['text', () => Buffer.from('no database at all, but longer than its head would be '.repeat(40))],
    ['cut to its half', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['damaged in its first page', (bytes) => bytes.fill(7, 100, 2_000)],
  ])('is set aside and begun anew when its file is %s', (_, harmed) => {
    open().write([...rows, large(9)]);
    database!.close();
    writeFileSync(path, harmed(readFileSync(path)));
    expect(open().load()).toEqual([]);
    expect(aside).toEqual([`${path}.damaged`]);
    expect(database!.write(rows)).toBe('written');
  });

  it('keeps one damaged file, the last', () => {
    for (let round = 0; round < 3; round += 1) {
      writeFileSync(path, `no database ${round} `.repeat(100));
      open().close();
    }
    expect(readFileSync(`${path}.damaged`, 'utf8')).toContain('no database 2');
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toHaveLength(1);
  });

  it('is set aside where it has another schema', () => {
    const foreign = other();
    foreign.exec('CREATE TABLE reports (something TEXT)');
    foreign.close();
    expect(open().load()).toEqual([]);
    expect(aside).toHaveLength(1);
  });

  it('does not take a folder in its place for damage', () => {
    mkdirSync(path);
    expect(() => open()).toThrow();
    expect(aside).toEqual([]);
  });
});
