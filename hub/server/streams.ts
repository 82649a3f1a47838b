import type { ServerResponse } from 'node:http';
import { SluiceError } from '../../shared/errors.ts';
import { inSlices, type Work } from '../../shared/lib/slices.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** Event streams of agents: the only event is "poll". */
export interface Streams {
  /** Keeps a response open as a stream. The agent polls once at its start, so that nothing is missed between two streams. */
  readonly open: (registration: string, response: ServerResponse) => void;
  readonly poll: (registrations: Iterable<string>) => void;
  readonly close: (registration: string) => void;
  readonly closeAll: () => void;
  readonly count: () => number;
}

/** Streams at once: of one registration (a reconnect overlaps), and of all. */
const limits = { each: 4, all: 20_000 };
const heartbeatMs = 15_000;

/** What writing to a stream costs (see slices.ts). */
const streamUnits = 2;

/** Makes the streams. Each gets a comment as a heartbeat, so that both sides notice a dead connection. */
export function createStreams(clock: Clock, onCount: (open: number) => void): Streams {
  const open = new Map<string, Set<ServerResponse>>();
  let count = 0;
  let stopHeartbeat: (() => void) | null = null;
  // To write to all of a large fleet takes longer than one turn of the loop may.
  function* beating(): Work<void> {
    for (const responses of open.values()) {
      for (const response of responses) send(response, ': \n\n');
      yield streamUnits * responses.size;
    }
  }
  const beat = () => {
    stopHeartbeat = count > 0 ? clock.after(heartbeatMs, beat) : null;
    void inSlices(beating());
  };
  const closeOf = (registration: string) => {
    for (const response of open.get(registration) ?? []) response.end();
  };
  const forget = (registration: string, response: ServerResponse) => {
    const responses = open.get(registration);
    if (responses?.delete(response) !== true) return;
    if (responses.size === 0) open.delete(registration);
    onCount(--count);
  };
  return {
    open: (registration, response) => {
      const responses = open.get(registration) ?? new Set<ServerResponse>();
      if (count >= limits.all) throw new SluiceError('TOO_MANY_REQUESTS', 'too many wake-up streams are open');
      const [oldest] = responses;
      if (responses.size >= limits.each) oldest?.end();
      open.set(registration, responses.add(response));
      onCount(++count);
      response.on('close', () => forget(registration, response));
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      send(response, 'data: poll\n\n');
      stopHeartbeat ??= clock.after(heartbeatMs, beat);
    },
    poll: (registrations) => {
      for (const registration of registrations) {
        for (const response of open.get(registration) ?? []) send(response, 'data: poll\n\n');
      }
    },
    close: closeOf,
    closeAll: () => {
      stopHeartbeat?.();
      for (const registration of [...open.keys()]) closeOf(registration);
    },
    count: () => count,
  };
}

/** A client that does not read is cut off: nothing is buffered for it. */
function send(response: ServerResponse, text: string): void {
  // One that was ended is there until its connection closes; to write to it would be an error of the hub.
  if (response.writableEnded) return;
  if (response.writableLength > 64 * 1024) response.destroy();
  else response.write(text);
}
