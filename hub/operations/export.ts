import type { Clock } from '../../shared/ports/clock.ts';
import { exportedChannel, type ExportedChannel, type ExportOptions } from '../publish/export.ts';
import type { ReadData } from '../store/read-data.ts';

/** From which data folder, to where, and what. */
export interface ExportOrder extends ExportOptions {
  readonly data: string;
  readonly dir: string;
}

/** What was exported. */
export interface Exported {
  readonly clusters: readonly string[];
  /** Until when agents may begin new generations from it, in milliseconds since the epoch. */
  readonly freshUntil: number;
}

/** What an export needs from outside. */
export interface ExportPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly readData: ReadData;
  /** Replaces the repository in a folder, whole or not at all. */
  readonly write: (dir: string, channel: ExportedChannel) => Promise<void>;
}

/**
 * Exports from a data folder without writing to it: packs never change and refs are replaced whole, so a hub may run there
 * meanwhile. It reads the folder rather than asks the hub: an export works when no hub runs, and no request over the network
 * can make a hub vouch for its bundles for weeks.
 */
export async function exportChannel(order: ExportOrder, { clock, readData, write }: ExportPorts): Promise<Exported> {
  const { data, dir, ...options } = order;
  const channel = await readData(data, (objects, keys, state) =>
    exportedChannel({ objects, keys, clock }, state, options),
  );
  await write(dir, channel);
  return { clusters: channel.clusters, freshUntil: clock.now() + order.freshMs };
}
