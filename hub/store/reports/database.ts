import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AppRow, ReportRow, StoredRow } from './rows.ts';

/** The reports in a file of SQLite. Synchronous: it belongs into a thread of its own. */
export interface ReportDatabase {
  readonly load: () => StoredRow[];
  /**
   * Writes rows, and deletes those of registrations, in one transaction, which is on the disk then. `anew`: nothing is written, because the file was lost or damaged and
   * is begun anew: all that is known is to be written. Throws where it cannot be written now.
   */
  readonly write: (rows: readonly ReportRow[], forgotten?: readonly string[]) => 'written' | 'anew';
  readonly close: () => void;
}

/** What a database may take. */
export interface DatabaseLimits {
  /** How long a lock of another process is waited for, in milliseconds (default: 5,000). */
  readonly lockedMs: number;
  /** Pages of 4 KiB that it may have (default: what the disk has). */
  readonly pages?: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS reports (registration TEXT PRIMARY KEY, sequence INTEGER NOT NULL, received_at REAL NOT NULL,
    issued_at TEXT NOT NULL, signature TEXT, count INTEGER NOT NULL, head TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS apps (registration TEXT NOT NULL, key TEXT NOT NULL, since REAL, text TEXT NOT NULL,
    PRIMARY KEY (registration, key)) STRICT, WITHOUT ROWID;`;

/** SQLite's codes of a file that is not a database of ours any more: ERROR (another schema), CORRUPT, NOTADB. */
const damaged: ReadonlySet<number> = new Set([1, 11, 26]);

interface Opened {
  readonly database: DatabaseSync;
  readonly statements: ReturnType<typeof prepare>;
  /** The file that it is: another one in its place is not written to by what is open. */
  readonly inode: number;
}

/** Opens the database of a path, and makes it where there is none; `onDamage` hears of one that was set aside. */
export function openReportDatabase(
  path: string,
  onDamage: (aside: string) => void,
  limits: Partial<DatabaseLimits> = {},
): ReportDatabase {
  const begin = () => openSound(path, { onDamage, lockedMs: 5_000, ...limits });
  let opened: Opened | null = begin();
  const close = (): void => {
    try {
      opened?.database.close();
    } catch {
      // What is damaged may not even close.
    }
    opened = null;
  };
  const beginAnew = (): 'anew' => {
    close();
    opened = begin();
    return 'anew';
  };
  return {
    load: () => load((opened ??= begin())),
    write: (rows, forgotten = []) => {
      if (opened === null || inodeOf(path) !== opened.inode) return beginAnew();
      try {
        write(opened, rows, forgotten);
        return 'written';
      } catch (error) {
        if (!isDamage(error)) throw error;
        close();
        setAside(path, onDamage);
        return beginAnew();
      }
    },
    close,
  };
}

/** Opens a file, or what is begun in its place where it is damaged. */
function openSound(
  path: string,
  { onDamage, ...limits }: DatabaseLimits & { readonly onDamage: (aside: string) => void },
): Opened {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return open(path, limits);
  } catch (error) {
    if (!isDamage(error)) throw error;
    setAside(path, onDamage);
    return open(path, limits);
  }
}

function open(path: string, { lockedMs, pages }: DatabaseLimits): Opened {
  // What SQLite makes has the mode of this file.
  if (inodeOf(path) === null) closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: lockedMs });
  try {
    if (pages !== undefined) database.exec(`PRAGMA max_page_count = ${pages};`);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(schema);
    const [check] = database.prepare('PRAGMA quick_check(1)').all();
    if (check?.['quick_check'] !== 'ok') throw Object.assign(new Error('damaged'), { errcode: 11 });
    return { database, statements: prepare(database), inode: inodeOf(path) ?? 0 };
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: DatabaseSync) {
  return {
    replace: database.prepare('INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?)'),
    again: database.prepare(
      'UPDATE reports SET sequence = ?, received_at = ?, issued_at = ?, signature = ?, count = ? WHERE registration = ?',
    ),
    app: database.prepare('INSERT OR REPLACE INTO apps VALUES (?, ?, ?, ?)'),
    goneApp: database.prepare('DELETE FROM apps WHERE registration = ? AND key = ?'),
    noApps: database.prepare('DELETE FROM apps WHERE registration = ?'),
    noReport: database.prepare('DELETE FROM reports WHERE registration = ?'),
  };
}

function load({ database }: Opened): StoredRow[] {
  const apps = new Map<string, AppRow[]>();
  for (const { registration, key, since, text } of database.prepare('SELECT * FROM apps').iterate()) {
    const row = { key: String(key), since: since === null ? null : Number(since), text: String(text) };
    const of = apps.get(String(registration));
    if (of === undefined) apps.set(String(registration), [row]);
    else of.push(row);
  }
  return database
    .prepare('SELECT * FROM reports')
    .all()
    .map((row) => ({
      registration: String(row['registration']),
      sequence: Number(row['sequence']),
      receivedAt: Number(row['received_at']),
      issuedAt: String(row['issued_at']),
      signature: row['signature'] === null ? null : String(row['signature']),
      count: Number(row['count']),
      head: String(row['head']),
      apps: apps.get(String(row['registration'])) ?? [],
    }));
}

function write({ database, statements }: Opened, rows: readonly ReportRow[], forgotten: readonly string[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const row of rows) writeRow(statements, row);
    for (const registration of forgotten) {
      statements.noReport.run(registration);
      statements.noApps.run(registration);
    }
    database.exec('COMMIT');
  } catch (error) {
    // Some errors have ended the transaction already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function writeRow({ replace, again, app, goneApp, noApps }: Opened['statements'], row: ReportRow): void {
  const { registration, sequence, receivedAt, issuedAt, signature, count, head } = row;
  if (head === null) again.run(sequence, receivedAt, issuedAt, signature, count, registration);
  else replace.run(registration, sequence, receivedAt, issuedAt, signature, count, head);
  if (row.isWhole) noApps.run(registration);
  for (const key of row.gone) goneApp.run(registration, key);
  for (const { key, since, text } of row.apps) app.run(registration, key, since, text);
}

function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
  return typeof code === 'number' && damaged.has(code & 0xff);
}

/** One damaged file is kept, the last one. */
function setAside(path: string, onDamage: (aside: string) => void): void {
  const aside = `${path}.damaged`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(path, aside);
  for (const ending of ['-wal', '-shm']) rmSync(path + ending, { force: true });
  onDamage(aside);
}

function inodeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
