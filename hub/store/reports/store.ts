import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startSlices } from '../../../shared/lib/slices.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { ReportStore } from '../../model/report-store.ts';
import type { ReceivedReport } from '../../model/reports.ts';
import { fileReports } from './files.ts';
import { writingGroups } from './groups.ts';
import { receivedOf, rowOf, type StoredRow } from './rows.ts';
import { databaseThread, type DatabaseThread } from './thread.ts';

/** What reading a stored report costs. */
const unitsOfRow = 28;

/** The name of the database in its folder. */
export const reportDatabase = 'reports.db';

interface Saved {
  readonly registration: string;
  /** Null = nothing is to be left of it. */
  readonly received: ReceivedReport | null;
}

/**
 * The reports in a database of a folder, written in groups by a thread of its own.
 * What earlier versions left in files of the folder is taken over.
 */
export function openReportStore(
  folder: string,
  log: Log,
  thread: DatabaseThread = databaseThread(join(folder, reportDatabase), log),
): ReportStore & { readonly close: () => Promise<void> } {
  /** What the database holds, by registration. */
  const stored = new Map<string, ReceivedReport>();
  /** False from where the database was begun anew until all is in it again. */
  let isWhole = true;

  const put = writingGroups(async (saved: readonly Saved[]) => {
    const last = new Map(saved.map(({ registration, received }) => [registration, received]));
    const newest = new Map([...last].filter((entry): entry is [string, ReceivedReport] => entry[1] !== null));
    const forgotten = [...last.keys()].filter((registration) => !newest.has(registration));
    const rows = [...newest].map(([registration, received]) => rowOf(received, stored.get(registration) ?? null));
    const outcome = await thread.write(rows, forgotten);
    for (const registration of forgotten) stored.delete(registration);
    if (outcome === 'anew') isWhole = false;
    if (!isWhole) await writeAll(thread, new Map([...stored, ...newest]));
    isWhole = true;
    for (const [registration, received] of newest) stored.set(registration, received);
  });
  const save = (received: ReceivedReport): Promise<void> =>
    put({ registration: received.report.registration, received });
  return {
    load: async (made = asItIs) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const slices = startSlices();
      for (const row of await thread.load()) {
        const received = readRow(row, log);
        if (received !== null) stored.set(row.registration, made(received));
        await slices.spend(unitsOfRow);
      }
      await takeOver(folder, { log, stored, save: (received) => save(made(received)) });
      return [...stored.values()];
    },
    save,
    forget: async (registrations) => {
      await Promise.all(registrations.map((registration) => put({ registration, received: null })));
    },
    close: thread.close,
  };
}

const asItIs = (received: ReceivedReport): ReceivedReport => received;

/** A database that was begun anew gets all that is known, and must take it. */
async function writeAll(thread: DatabaseThread, known: ReadonlyMap<string, ReceivedReport>): Promise<void> {
  const rows = [...known.values()].map((received) => rowOf(received, null));
  if ((await thread.write(rows)) === 'anew') throw new Error('the database of reports was lost twice');
}

/** A report that is not as it was written is left out: its agent is asked for all of it. */
function readRow(row: StoredRow, log: Log): ReceivedReport | null {
  try {
    return receivedOf(row);
  } catch (error) {
    log.warn('a stored report could not be read', { registration: row.registration, error });
    return null;
  }
}

async function takeOver(
  folder: string,
  {
    log,
    stored,
    save,
  }: { readonly log: Log; readonly stored: ReadonlyMap<string, ReceivedReport> } & Pick<ReportStore, 'save'>,
): Promise<void> {
  const files = fileReports(folder, log);
  const old = await files.load();
  const newer = old.filter(({ report }) => report.sequence > (stored.get(report.registration)?.report.sequence ?? -1));
  await Promise.all(newer.map(save));
  await files.remove();
}
