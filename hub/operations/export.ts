import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openPackStore } from '../store/packs/store.ts';
import { writeWholeRepository } from '../store/packs/whole.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { ObjectStore } from '../model/objects.ts';
import type { CliContext } from '../cli/context.ts';
import { openLedger } from '../store/ledger/ledger.ts';
import type { HubKeys } from '../keys/types.ts';
import type { LedgerState } from '../model/ledger.ts';
import { exportedChannel, type ExportedChannel, type ExportOptions } from '../publish/export.ts';
import { hasKeys, loadKeys, rootFiles } from '../keys/keys.ts';

/** Where to, and what. */
export interface ExportOrder extends ExportOptions {
  readonly dir: string;
}

/**
 * Exports from a data folder without writing to it: packs never change and refs are replaced whole, so a hub may run there
 * meanwhile. Reading the folder rather than asking the hub means that it works when no hub runs, and that no request over
 * the network can make a hub vouch for its bundles for weeks.
 */
export async function exportTo({ terminal, clock }: CliContext, data: string, order: ExportOrder): Promise<void> {
  const channel = await readExport(data, clock, order);
  await writeWholeRepository(order.dir, channel);
  const until = new Date(clock.now() + order.freshMs).toISOString();
  const { clusters } = channel;
  terminal.out(
    `${clusters.length} cluster${clusters.length === 1 ? '' : 's'} exported to ${order.dir}, fresh until ${until}\n` +
      `agents read it as ${pathToFileURL(order.dir).href}, or wherever it is copied to\n`,
  );
}

function readExport(data: string, clock: CliContext['clock'], options: ExportOptions): Promise<ExportedChannel> {
  return readData(data, (objects, keys, state) => exportedChannel({ objects, keys, clock }, state, options));
}

/** What a data folder holds, read without writing to it, whether a hub runs there or not. Throws CONFIG_INVALID where there is none. */
export async function readData<T>(
  data: string,
  read: (objects: ObjectStore, keys: HubKeys, state: LedgerState) => T,
): Promise<T> {
  const ledgerDir = join(data, 'ledger.git');
  if (!hasKeys(join(data, 'keys')) || !existsSync(ledgerDir)) {
    throw new SluiceError('CONFIG_INVALID', 'there is no hub in this data folder', {
      path: data,
      hint: 'name the data folder of the hub with --data',
    });
  }
  const keys = loadKeys(join(data, 'keys'));
  for (let attempt = 1; ; attempt++) {
    try {
      return await readOnce(ledgerDir, (store) => {
        const ledger = openLedger({ ...keys, store, files: rootFiles(keys) });
        return ledger.read().then((state) => read(store, keys, state));
      });
    } catch (error) {
      // The hub merged packs between our look at their names and our opening them.
      if (attempt === 3 || !isGone(error)) throw error;
    }
  }
}

async function readOnce<T>(dir: string, read: (store: ObjectStore) => Promise<T>): Promise<T> {
  const store = openPackStore(dir);
  try {
    return await read(store);
  } finally {
    store.close();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
