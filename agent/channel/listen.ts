import { asSluiceError } from '../../shared/errors.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Http } from '../../shared/ports/http.ts';
import type { Log } from '../../shared/ports/log.ts';
import { feedPaths } from '../../shared/wire/feed.ts';
import type { Authorization } from '../identity/credential.ts';
import type { Identity } from '../model/site.ts';

/** Without a byte for this long (the hub sends heartbeats), the stream is taken for dead. */
const idleMs = 90_000;

/** What a listener needs. */
export interface ListenDeps {
  readonly http: Http;
  readonly identity: Pick<Identity, 'cluster'>;
  readonly authorization: Authorization;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * Keeps a stream to the hub open until the signal aborts, and wakes on each `poll` and each time the stream opens (something
 * may have been missed). A cut stream is opened again after a backoff; it is never an error, because the poll goes on.
 */
export async function listenTo(
  hub: string,
  deps: ListenDeps,
  { trigger, signal }: { readonly trigger: () => void; readonly signal: AbortSignal },
): Promise<void> {
  const url = hub + feedPaths.events(deps.identity.cluster);
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const onOpen = () => {
      attempt = 0;
      trigger();
    };
    const onEvent = (data: string) => {
      if (data === 'poll') trigger();
    };
    try {
      const headers = { authorization: deps.authorization() };
      await deps.http.events({ url, headers, signal, onEvent, onOpen, idleMs });
    } catch (error) {
      if (aborted(signal)) return;
      deps.log.debug('wake-up stream closed', { code: asSluiceError(error).code });
    }
    await deps.clock.sleep(backoff(attempt, deps.random), signal).catch(() => undefined);
  }
}

/** Asked of a function, so that the compiler does not take the signal for unchanged since the last question. */
function aborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
