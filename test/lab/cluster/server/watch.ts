import type { ServerResponse } from 'node:http';
import { expired, invalid, statusOf } from '../api/errors.ts';
import type { ApiError } from '../api/errors.ts';
import type { World } from '../api/world.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import type { Match } from '../store/selectors.ts';
import type { Change } from '../store/store.ts';
import { selectionOf, versionParameter } from './list.ts';
import type { Target } from './route.ts';
import { groupVersion, showObject } from './view.ts';
import type { View } from './view.ts';

/** A request for a watch. */
export interface Watch {
  readonly query: URLSearchParams;
  readonly view: View;
  readonly response: ServerResponse;
  /** How often a watch that allows bookmarks gets one. */
  readonly bookmarkMs: number;
}

/** A client that reads slower than this many bytes behind is cut off, so that it cannot fill the memory. */
const backlogLimit = 32 * 1024 * 1024;

/**
 * Streams changes of the target's objects until the client leaves, timeoutSeconds pass or the kind goes. Without a
 * resourceVersion (or "0") the stream starts with the present objects; sendInitialEvents marks their end with a bookmark.
 */
export function watchObjects(world: World, target: Target, asked: Watch): void {
  const { query, response } = asked;
  checkInitial(query);
  const stream = streamTo(response);
  const { resource } = target;
  const matches = selectionOf(target, query);
  const show = (object: KubeObject): JsonObject => showObject(resource, object, asked.view);
  const sendChange = (change: Change): void => {
    const event = change.resource === resource.id ? eventOf(change, matches) : undefined;
    if (event !== undefined) stream.event(event.type, show(event.object));
    if (resource.custom && change.type === 'DELETED' && change.object.kind === crd && change.key === resource.id)
      stream.end();
  };
  const wanted = query.get('resourceVersion') ?? '';
  const bookmark = bookmarker(world, target, { ...asked, stream });
  if (startsWithState(query, wanted)) {
    for (const object of world.store.list(resource.id)) if (matches(object)) stream.event('ADDED', show(object));
    if (isTrue(query, 'sendInitialEvents')) bookmark?.({ 'k8s.io/initial-events-end': 'true' });
  } else if (!replay(world, target, { wanted, sendChange })) {
    stream.event('ERROR', statusOf(expired(`too old resource version: ${wanted} (${world.store.version()})`)));
    stream.end();
    return;
  }
  const cancels = [world.store.subscribe(sendChange)];
  if (bookmark !== undefined) cancels.push(repeat(world, asked.bookmarkMs, bookmark));
  const seconds = Number(query.get('timeoutSeconds') ?? '0');
  if (seconds > 0) cancels.push(world.clock.after(seconds * 1000, stream.end));
  stream.onClose(() => cancels.forEach((cancel) => cancel()));
}

const crd = 'CustomResourceDefinition';

type Bookmark = (annotations?: JsonObject) => void;

/** Sends bookmarks to those who allow them. */
function bookmarker(
  world: World,
  target: Target,
  { query, view, stream }: Watch & { readonly stream: Stream },
): Bookmark | undefined {
  if (!isTrue(query, 'allowWatchBookmarks')) return undefined;
  return (annotations) =>
    stream.event('BOOKMARK', bookmarkOf(target, view, { version: world.store.version(), annotations }));
}

function startsWithState(query: URLSearchParams, wanted: string): boolean {
  if (query.has('sendInitialEvents')) return isTrue(query, 'sendInitialEvents');
  return wanted === '' || wanted === '0';
}

function isTrue(query: URLSearchParams, name: string): boolean {
  return query.get(name) === 'true' || query.get(name) === '1';
}

/** Sends what happened after a version; false when that is no longer all known. */
function replay(
  world: World,
  target: Target,
  { wanted, sendChange }: { readonly wanted: string; readonly sendChange: (change: Change) => void },
): boolean {
  if (wanted === '' || wanted === '0') return true;
  const version = versionParameter(wanted);
  if (version < (target.resource.since ?? 0)) return false;
  const changes = world.store.since(version);
  changes?.forEach(sendChange);
  return changes !== undefined;
}

interface Stream {
  event(type: string, object: JsonObject): void;
  readonly end: () => void;
  onClose(run: () => void): void;
}

function streamTo(response: ServerResponse): Stream {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  return {
    event: (kind, object) => {
      if (response.destroyed) return;
      response.write(`${JSON.stringify({ type: kind, object })}\n`);
      if (response.writableLength > backlogLimit) response.destroy();
    },
    end: () => response.end(),
    onClose: (run) => response.on('close', run),
  };
}

/** The event that a change is for those who see only matching objects. */
function eventOf(change: Change, matches: Match): { readonly type: string; readonly object: KubeObject } | undefined {
  const had = change.before !== undefined && matches(change.before);
  if (change.type === 'DELETED') return had ? change : undefined;
  const has = matches(change.object);
  if (has) return { type: had ? 'MODIFIED' : 'ADDED', object: change.object };
  return had
    ? {
        type: 'DELETED',
        object: { ...change.before, metadata: { ...change.before.metadata, resourceVersion: String(change.version) } },
      }
    : undefined;
}

function bookmarkOf(
  target: Target,
  view: View,
  { version, annotations }: { readonly version: number; readonly annotations: JsonObject | undefined },
): JsonObject {
  const metadata = { resourceVersion: String(version), ...(annotations === undefined ? {} : { annotations }) };
  if (view.shape === 'metadata') return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
  if (view.shape === 'table')
    return {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      columnDefinitions: [],
      rows: [{ cells: [], object: { metadata } }],
    };
  return { kind: target.resource.kind, apiVersion: groupVersion(target.resource, view.version), metadata };
}

function repeat(world: World, ms: number, run: () => void): () => void {
  let cancel = world.clock.after(ms, tick);
  function tick(): void {
    run();
    cancel = world.clock.after(ms, tick);
  }
  return () => cancel();
}

function checkInitial(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.get('sendInitialEvents');
  const forbid = (field: string, why: string): ApiError =>
    invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [
      { reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` },
    ]);
  if (initial === null && match !== '')
    throw forbid(
      'resourceVersionMatch',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
  if (initial !== null && match !== 'NotOlderThan')
    throw forbid('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
}
