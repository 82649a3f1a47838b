import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../../../shared/ports/log.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { ReportStore } from '../../model/report-store.ts';
import type { ReceivedReport } from '../../model/reports.ts';

const stored = z.strictObject({
  report: z.unknown(),
  receivedAt: z.number(),
  since: z.record(z.string(), z.number()).optional(),
  signature: z.string().optional(),
});

/** A store of one file a registration in a folder, written one after the other; unreadable files are left out. */
export function fileReportStore(folder: string, log: Log): ReportStore {
  let writes: Promise<unknown> = Promise.resolve();
  return {
    load: async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
      const read = await Promise.all(names.map((name) => readStored(join(folder, name), log)));
      return read.filter((received) => received !== null);
    },
    save: (received) => {
      const path = join(folder, `${received.report.registration}.json`);
      const written = writes.then(async () => {
        await writeFile(`${path}.tmp`, JSON.stringify(received), { mode: 0o600 });
        await rename(`${path}.tmp`, path);
      });
      writes = written.catch(() => undefined);
      return written;
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
