import { parentPort, workerData } from 'node:worker_threads';
import { openReportDatabase, type ReportDatabase } from './database.ts';
import type { ReportRow, StoredRow } from './rows.ts';

/** What the thread is asked: for all that is stored, to write a group of rows, or to close. */
export type DatabaseRequest =
  | { readonly id: number; readonly kind: 'load' }
  | {
      readonly id: number;
      readonly kind: 'write';
      readonly rows: readonly ReportRow[];
      readonly forgotten: readonly string[];
    }
  | { readonly id: number; readonly kind: 'close' };

/** What it says: an answer to each request in turn, and, before one, that a damaged file was set aside. */
export type DatabaseWord =
  | { readonly id: number; readonly rows?: readonly StoredRow[]; readonly outcome?: 'written' | 'anew' }
  | { readonly id: number; readonly fault: string }
  | { readonly aside: string };

const say = (word: DatabaseWord): void => parentPort?.postMessage(word);

/** The thread that has the database of reports: a commit waits for the disk, and nothing else has to. */
let database: ReportDatabase | null = null;
const opened = (): ReportDatabase =>
  (database ??= openReportDatabase((workerData as { readonly path: string }).path, (aside) => say({ aside })));

function answer(request: DatabaseRequest): DatabaseWord {
  const { id, kind } = request;
  switch (kind) {
    case 'load':
      return { id, rows: opened().load() };
    case 'write':
      return { id, outcome: opened().write(request.rows, request.forgotten) };
    case 'close':
      database?.close();
      database = null;
      return { id };
  }
}

parentPort?.on('message', (request: DatabaseRequest) => {
  try {
    say(answer(request));
  } catch (error) {
    say({ id: request.id, fault: error instanceof Error ? error.message : String(error) });
  }
});
