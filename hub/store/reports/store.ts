import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../../shared/ports/log.ts';
import type { ReportStore } from '../../model/report-store.ts';
import type { ReceivedReport } from '../../model/reports.ts';
import { fileReports } from './files.ts';
import { receivedOf, rowOf, type StoredRow } from './rows.ts';
import { databaseThread, type DatabaseThread } from './thread.ts';

/** The name of the database in its folder. */
export const reportDatabase = 'reports.db';

interface Saved {
  readonly received: ReceivedReport;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * The reports in a database of a folder, written by a thread of its own: what comes while a group is being written is the next one.
 * What earlier versions left in files of the folder is taken over.
 */
export function openReportStore(folder: string, log: Log): ReportStore & { readonly close: () => Promise<void> } {
  const thread = databaseThread(join(folder, reportDatabase), log);
  /** What the database holds, by registration. */
  const stored = new Map<string, ReceivedReport>();
  let group: Saved[] = [];
  let isWriting = false;

  const writeGroup = async (saved: readonly Saved[]): Promise<void> => {
    const newest = new Map(saved.map(({ received }) => [received.report.registration, received]));
    const before = (registration: string) => stored.get(registration) ?? null;
    const rows = [...newest].map(([registration, received]) => rowOf(received, before(registration)));
    if ((await thread.write(rows)) === 'anew') await writeAll(thread, new Map([...stored, ...newest]));
    for (const [registration, received] of newest) stored.set(registration, received);
  };
  const run = async (): Promise<void> => {
    isWriting = true;
    while (group.length > 0) {
      const saved = group;
      group = [];
      await writeGroup(saved).then(
        () => saved.forEach(({ done }) => done()),
        (error: unknown) => saved.forEach(({ fail }) => fail(error)),
      );
    }
    isWriting = false;
  };
  const save = (received: ReceivedReport): Promise<void> =>
    new Promise((done, fail) => {
      group.push({ received, done, fail });
      // All that comes in this turn of the loop is one group.
      if (!isWriting && group.length === 1) queueMicrotask(() => void run());
    });
  return {
    load: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      for (const row of await thread.load()) {
        const received = readRow(row, log);
        if (received !== null) stored.set(row.registration, received);
      }
      await takeOver(folder, { log, stored, save });
      return [...stored.values()];
    },
    save,
    close: thread.close,
  };
}

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
