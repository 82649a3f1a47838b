import { SluiceError, asSluiceError } from '../../shared/errors.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { BackoffLimits } from '../../shared/lib/backoff.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { KubeResource, WatchOptions } from '../model/kube.ts';
import { readLines } from './lines.ts';
import { collectionPath } from './paths.ts';
import { asKind, listObjects, partialObject } from './read.ts';
import type { Session } from './session.ts';
import type { Status } from './status.ts';
import { causesOf, statusError } from './status.ts';
import { asFault } from './transport.ts';

export interface WatchPort {
  readonly session: Session;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: WatchLimits;
  /** Called with +1 when a stream opens and -1 when it ends. */
  readonly onStream: (change: 1 | -1) => void;
}

export interface WatchLimits {
  /** One object with its managedFields; etcd stores 1.5 MiB at most. */
  readonly maxLineBytes: number;
  /** A quiet server sends a bookmark a minute; after this long without a byte the connection is dead. */
  readonly idleMs: number;
  /** Seconds that one stream is asked for, up to twice as many. */
  readonly streamSeconds: number;
  readonly backoff: BackoffLimits;
}

/** What a watch knows between two streams. */
interface Place {
  /** Where to go on; undefined = from the first state on. */
  resourceVersion: string | undefined;
  /** Something was delivered, so that a new first state voids it. */
  delivered: boolean;
  /** The server has no watch-list: list, then watch. */
  plainList: boolean;
  attempt: number;
}

/** Follows a collection until the signal aborts: first state, changes, and what is needed to go on after a fault. */
export async function watchResource(port: WatchPort, resource: KubeResource, options: WatchOptions): Promise<void> {
  const place: Place = { resourceVersion: undefined, delivered: false, plainList: false, attempt: 0 };
  while (!isOver(options)) {
    try {
      if (place.resourceVersion === undefined) await restart(port, resource, options, place);
      const calm = await followStream(port, resource, options, place);
      if (calm) continue;
      // The connection has no error then: a pass that waits for the first state would wait without end.
      if (place.resourceVersion === undefined && !isOver(options)) options.onError(unlisted(resource));
    } catch (error) {
      if (isOver(options)) return;
      if (adapt(asSluiceError(error, 'UNAVAILABLE'), options, place)) continue;
    }
    await pause(port, options.signal, place);
  }
}

function isOver({ signal }: WatchOptions): boolean {
  return signal.aborted;
}

function unlisted({ group, plural }: KubeResource): SluiceError {
  const message = 'the server ends the watch before it has named all objects';
  return new SluiceError('UNAVAILABLE', message, {
    subject: `watch of ${group === '' ? plural : `${plural}.${group}`}`,
  });
}

/** Changes the plan after a fault; true when the next try need not wait. */
function adapt(error: SluiceError, options: WatchOptions, place: Place): boolean {
  // A server that was restored from an older backup does not know the future that we come from.
  const isFuture = causesOf(error).some(({ reason }) => reason === 'ResourceVersionTooLarge');
  if (error.code === 'GONE' || isFuture) {
    place.resourceVersion = undefined;
    if (place.attempt > 0) return false;
    place.attempt = 1;
    return true;
  }
  // An older server refuses the parameters of a watch-list as invalid.
  if (error.code === 'OBJECT_REJECTED' && place.resourceVersion === undefined && !place.plainList) {
    place.plainList = true;
    return true;
  }
  options.onError(error);
  return false;
}

async function pause({ clock, random, limits }: WatchPort, signal: AbortSignal, place: Place): Promise<void> {
  const ms = backoff(place.attempt, random, limits.backoff);
  place.attempt += 1;
  await clock.sleep(ms, signal).catch(() => undefined);
}

/** Voids what was delivered; where there is no watch-list, also lists the first state. */
async function restart(
  { session }: WatchPort,
  resource: KubeResource,
  options: WatchOptions,
  place: Place,
): Promise<void> {
  if (place.delivered) options.onEvent({ type: 'relist' });
  place.delivered = false;
  if (!place.plainList) return;
  const { items, resourceVersion } = await listObjects(session, resource, options);
  place.delivered = true;
  for (const object of items) options.onEvent({ type: 'added', object });
  options.onEvent({ type: 'synced' });
  place.resourceVersion = resourceVersion;
}

/** Reads one stream to its end; true when it served its time, so that the next may follow at once. */
async function followStream(
  port: WatchPort,
  resource: KubeResource,
  options: WatchOptions,
  place: Place,
): Promise<boolean> {
  const { limits, session } = port;
  const seconds = Math.round(limits.streamSeconds * (1 + port.random()));
  const path = watchPath(resource, options, place, seconds);
  const stream = await session.stream({
    path,
    accept: options.metadataOnly ? partialObject : 'application/json',
    signal: options.signal,
    limits: { idleMs: limits.idleMs, totalMs: (seconds + 30) * 1_000 },
  });
  port.onStream(1);
  options.onOpen?.();
  let events = 0;
  try {
    for await (const line of readLines(stream.body as AsyncIterable<Buffer>, limits.maxLineBytes)) {
      if (isOver(options)) break;
      take(parseEvent(line), resource, options, place);
      // A stream that ends before the first state is complete has got nowhere, however much it said.
      if (place.resourceVersion === undefined) continue;
      place.attempt = 0;
      events += 1;
    }
    return events > 0;
  } catch (error) {
    throw asFault(error, { method: 'GET', path, signal: options.signal });
  } finally {
    stream.close();
    port.onStream(-1);
  }
}

function watchPath(resource: KubeResource, options: WatchOptions, place: Place, seconds: number): string {
  const { namespace, labelSelector, fieldSelector } = options;
  const start =
    place.resourceVersion === undefined
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: place.resourceVersion };
  const query = { watch: true, allowWatchBookmarks: true, timeoutSeconds: seconds, labelSelector, fieldSelector };
  return collectionPath(resource, namespace, { ...query, ...start });
}

interface ServerEvent {
  readonly type: string;
  readonly object: KubeObject | Status;
}

function parseEvent(line: string): ServerEvent {
  try {
    return JSON.parse(line) as ServerEvent;
  } catch (error) {
    throw new SluiceError('UNAVAILABLE', 'the watch was cut within a line', {}, error);
  }
}

const types = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

function take({ type, object }: ServerEvent, resource: KubeResource, options: WatchOptions, place: Place): void {
  if (type === 'ERROR') {
    const status = object as Status;
    throw statusError(status, status.code ?? 500, `watch of ${resource.plural}`);
  }
  place.delivered = true;
  const { metadata } = object as KubeObject;
  if (type === 'BOOKMARK') {
    // A server that was restored from an older backup lets a watch from its future wait in silence.
    if (isBefore(metadata.resourceVersion, place.resourceVersion)) {
      throw new SluiceError('GONE', 'the server went back in time', { subject: `watch of ${resource.plural}` });
    }
    if (metadata.annotations?.['k8s.io/initial-events-end'] === 'true') options.onEvent({ type: 'synced' });
    else if (place.resourceVersion === undefined) return;
  } else {
    const known = types[type as keyof typeof types] as (typeof types)[keyof typeof types] | undefined;
    if (known !== undefined) options.onEvent({ type: known, object: asKind(resource, object) });
    // Until the first state is complete there is no place to go on from: its events come in any order.
    if (place.resourceVersion === undefined) return;
  }
  place.resourceVersion = metadata.resourceVersion ?? place.resourceVersion;
}

function isBefore(now: string | undefined, known: string | undefined): boolean {
  return /^\d+$/.test(now ?? '') && /^\d+$/.test(known ?? '') && BigInt(now ?? 0) < BigInt(known ?? 0);
}
