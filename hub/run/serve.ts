import { createLog } from '../../shared/adapters/log.ts';
import { cronSchedule, isCronExpression } from '../../shared/adapters/schedule.ts';
import { proxySettings } from '../../shared/adapters/http/proxy.ts';
import { SluiceError } from '../../shared/errors.ts';
import { dataFiles, ensureSecret } from '../config/data-folder.ts';
import type { CliContext } from '../cli/context.ts';
import type { HubConfig } from '../config/config.ts';
import { startHub } from './hub.ts';
import { openStores } from '../store/open.ts';

/** Polls are spread over this time, so that many hubs do not ask one Git host at once. */
const pollJitterMs = 10_000;

/** Makes the keys, ledger and channel of a data folder, and says where they are. */
export async function init({ terminal, clock }: CliContext, data: string): Promise<void> {
  await ensureSecret(data, dataFiles.adminToken);
  const { keys, close } = await openStores(data, { clock });
  close();
  const advice = 'move root.key to a safe place: it is needed only to rotate keys or to recover';
  terminal.out(`channel ${keys.channel}\nkeys are in ${data}/keys; ${advice}\n`);
}

/** Runs a hub until the signal aborts. */
export async function serve(context: CliContext, config: HubConfig): Promise<void> {
  const { terminal, clock, random, version, signal } = context;
  if (!isCronExpression(config.source.poll)) {
    throw new SluiceError('CONFIG_INVALID', 'not a cron expression', { subject: config.source.poll });
  }
  const log = createLog({ ...config.log, write: terminal.err });
  const proxy = proxySettings(terminal.env);
  const hub = await startHub(config, {
    clock,
    random,
    log,
    version,
    schedule: cronSchedule(pollJitterMs),
    createHttp: (options) => context.createHttp({ proxy, userAgent: `sluice-hub/${version}`, ...options }),
  });
  terminal.out(welcome(config, hub.url));
  await untilAborted(signal);
  log.info('stopping');
  await hub.close();
}

function welcome({ source, data }: HubConfig, url: string): string {
  const where = ` --data ${data}`;
  return [
    `hub listens on ${url}`,
    `config repository: ${source.location}`,
    `data folder: ${data}`,
    'next:',
    `  sluice-hub cluster join NAME${where}`,
    `  sluice-hub status${where}`,
    '',
  ].join('\n');
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
