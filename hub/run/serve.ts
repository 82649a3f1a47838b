import type { HttpClient, HttpOptions } from '../../shared/adapters/http/client.ts';
import { proxySettings } from '../../shared/adapters/http/proxy.ts';
import { createLog } from '../../shared/adapters/log.ts';
import { cronSchedule, isCronExpression } from '../../shared/adapters/schedule.ts';
import { SluiceError } from '../../shared/errors.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { HubConfig } from '../config/config.ts';
import { startHub } from './hub.ts';

/** Polls are spread over this time, so that many hubs do not ask one Git host at once. */
const pollJitterMs = 10_000;

/** What a hub takes from the process that it runs in. */
export interface ProcessPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  readonly openFiles: () => number;
  readonly workers: () => number;
  readonly createHttp: (options: HttpOptions) => HttpClient;
  /** The environment, which names proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly writeLog: (line: string) => unknown;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

/** A hub that serves until it is stopped. */
export interface ServingHub {
  readonly url: string;
  /** Finishes what runs, and resolves when everything is closed. */
  readonly stop: () => Promise<void>;
}

/** Starts a hub with the adapters of a process; resolves when it listens. Throws CONFIG_INVALID for a wrong poll schedule. */
export async function serve(config: HubConfig, ports: ProcessPorts): Promise<ServingHub> {
  const { clock, random, version } = ports;
  if (!isCronExpression(config.source.poll)) {
    throw new SluiceError('CONFIG_INVALID', 'not a cron expression', { subject: config.source.poll });
  }
  const log = createLog({ ...config.log, write: ports.writeLog });
  const proxy = proxySettings(ports.env);
  const schedule = cronSchedule(pollJitterMs);
  const createHttp: ProcessPorts['createHttp'] = (options) =>
    ports.createHttp({ proxy, userAgent: `sluice-hub/${version}`, ...options });
  const hub = await startHub(
    config,
    { clock, random, log, version, openFiles: ports.openFiles(), workers: ports.workers(), schedule, createHttp },
    ports.signal,
  );
  const stop = async () => {
    log.info('stopping');
    await hub.close();
  };
  return { url: hub.url, stop };
}
