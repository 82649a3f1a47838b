import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../../../shared/ports/log.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { ReceivedReport } from '../../model/reports.ts';

const stored = z.strictObject({
  report: z.unknown(),
  receivedAt: z.number(),
  since: z.record(z.string(), z.number()).optional(),
  signature: z.string().optional(),
});

/** What earlier versions stored: one file a registration. */
export interface FileReports {
  /** What can be read of them. */
  readonly load: () => Promise<ReceivedReport[]>;
  readonly remove: () => Promise<void>;
}

/** The files of reports in a folder, which must be there; unreadable ones are left out. */
export function fileReports(folder: string, log: Log): FileReports {
  const paths = async (ending: string) =>
    (await readdir(folder)).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
  return {
    load: async () => {
      const read = await Promise.all((await paths('.json')).map((path) => readStored(path, log)));
      return read.filter((received) => received !== null);
    },
    remove: async () => {
      const left = [...(await paths('.json')), ...(await paths('.json.tmp'))];
      await Promise.all(left.map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

async function readStored(path: string, log: Log): Promise<ReceivedReport | null> {
  try {
    const { report, receivedAt, since, signature } = stored.parse(JSON.parse(await readFile(path, 'utf8')));
    return {
      ...{ report: formats.report.decodeValue(report), receivedAt },
      ...(since !== undefined && { since }),
      ...(signature !== undefined && { signature }),
    };
  } catch (error) {
    log.warn('a stored report could not be read', { path, error });
    return null;
  }
}
