import { join } from 'node:path';
import { createRepos } from '../../shared/adapters/git/repos.ts';
import type { HttpClient, HttpOptions } from '../../shared/adapters/http/client.ts';
import { createWatch } from './watch.ts';
import { SluiceError } from '../../shared/errors.ts';
import { gitAuthorization } from '../../shared/lib/git/authorization.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Schedule } from '../../shared/ports/schedule.ts';
import type { HubConfig } from '../config/config.ts';
import { dataFolders } from '../config/data-folder.ts';
import { readTextFile } from '../config/text-file.ts';
import type { FileReader } from '../load/reader.ts';
import { openSource, type ConfigSource } from '../load/source.ts';
import type { Loop } from './loop.ts';

/** What opening and following the config repository needs from outside. */
export interface SourcesPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly schedule: Schedule;
  readonly createHttp: (options: HttpOptions) => HttpClient;
}

/** The config repository, and a way to drop its connections. */
export interface OpenedSource {
  readonly source: ConfigSource;
  readonly close: () => Promise<void>;
}

/** Opens the config repository with its token and authorities; nothing is fetched yet. */
export async function openConfigSource(
  { source: spec, data }: HubConfig,
  ports: SourcesPorts & { readonly reader: FileReader },
): Promise<OpenedSource> {
  const ca = spec.caFile === null ? [] : [readTextFile(spec.caFile)];
  const http = ports.createHttp({ ca });
  const { tokenFile } = spec;
  const source = await openSource(
    {
      location: spec.location,
      branch: spec.branch,
      paths: spec.paths,
      exclude: spec.exclude,
      cache: join(data, dataFolders.source),
      ...(tokenFile === null ? {} : { authorization: () => authorizationOf(tokenFile) }),
    },
    { repos: createRepos(http), watch: createWatch(ports.clock), reader: ports.reader },
  );
  return {
    source,
    close: async () => {
      await source.close();
      http.close();
    },
  };
}

/** Triggers a pass when the repository may have something new: its files' events, and the poll schedule. Never throws. */
export function followSource(
  { source }: OpenedSource,
  loop: Pick<Loop, 'trigger'>,
  options: { readonly poll: string; readonly ports: SourcesPorts; readonly signal: AbortSignal },
): void {
  const { poll, ports, signal } = options;
  const stopPolling = ports.schedule(poll, () => loop.trigger('poll'));
  signal.addEventListener('abort', stopPolling, { once: true });
  void watchSource(source, loop, ports, signal);
}

async function watchSource(
  source: ConfigSource,
  loop: Pick<Loop, 'trigger'>,
  ports: SourcesPorts,
  signal: AbortSignal,
) {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await source.watch(() => loop.trigger('source'), signal);
      return;
    } catch (error) {
      ports.log.warn('the folder cannot be watched', { error });
    }
    await ports.clock.sleep(backoff(attempt, ports.random), signal).catch(() => undefined);
  }
}

/** Read at each request, so that a rotated token is used at once. */
function authorizationOf(tokenFile: string): string {
  try {
    return gitAuthorization(readTextFile(tokenFile));
  } catch (cause) {
    throw new SluiceError('SOURCE_UNAVAILABLE', 'the token file cannot be read', { path: tokenFile }, cause);
  }
}
