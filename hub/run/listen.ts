import { isSluiceError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { HubConfig } from '../config/config.ts';
import { readPort, writePort } from '../config/data-folder.ts';
import type { HubServer } from '../server/server.ts';

/** What listening needs: where, how, and whether agents were told an address. */
export interface ListenParts {
  readonly start: (port: number) => Promise<HubServer>;
  readonly log: Pick<Log, 'warn'>;
  /** Clusters are registered: their join lines name the address of before. */
  readonly hasClusters: () => Promise<boolean>;
}

/**
 * Listens where the hub of this data folder listened before, unless the configuration names a port: join lines carry the address.
 * Where that port is taken by now, any other one, and the remembered one is tried again at the next start.
 */
export async function listenAgain(
  { data, listen: { port, publicUrl } }: Pick<HubConfig, 'data' | 'listen'>,
  { start, log, hasClusters }: ListenParts,
): Promise<HubServer> {
  const before = await readPort(data);
  const wanted = port === 0 ? (before ?? 0) : port;
  const { server, isTaken } = await start(wanted).then(
    (listening) => ({ server: listening, isTaken: false }),
    async (error: unknown) => {
      if (wanted === port || !isSluiceError(error, 'UNAVAILABLE')) throw error;
      return { server: await start(0), isTaken: true };
    },
  );
  const now = Number(new URL(server.url).port);
  if (before !== null && now !== before && publicUrl === null && (await hasClusters())) {
    const hint = isTaken
      ? `free port ${before}, and start the hub again; or join the clusters again with --rekey`
      : `listen on port ${before} again (--listen), or join the clusters again with --rekey`;
    log.warn('agents were told another port', { before, now, hint });
  }
  if (!isTaken && now !== before) await writePort(data, now);
  return server;
}
