import type { IncomingMessage, ServerResponse } from 'node:http';
import { applyObject, createObject, updateObject } from '../api/write.ts';
import type { Call, World } from '../api/world.ts';
import { readObject, subjectOf } from '../api/world.ts';
import { deleteOptions, removeObject } from '../api/remove.ts';
import {
  badRequest,
  invalid,
  methodNotAllowed,
  noSuchResource,
  otherUid,
  unsupportedMediaType,
} from '../api/errors.ts';
import { isList, isObject, textAt } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import type { Answer } from './http.ts';
import { parseJson, readBody } from './http.ts';
import { listObjects, selectionOf } from './list.ts';
import type { Target } from './route.ts';
import { applyType, patched } from './patching.ts';
import { readScale, updateScale } from './scale.ts';
import { showList, showObject, viewOf } from './view.ts';
import type { View } from './view.ts';
import { watchObjects } from './watch.ts';

/** A request for objects, with what answering it needs. */
export interface ObjectRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly bookmarkMs: number;
}

/** The verb of a request, as in the API server's audit log; `apply` for server-side apply. */
export function verbOf(
  method: string,
  target: Target,
  { query, type }: { query: URLSearchParams; type: string },
): string {
  switch (method) {
    case 'GET':
      if (target.name !== '' && !isWatch(query)) return 'get';
      return isWatch(query) ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return type.startsWith(applyType) ? 'apply' : 'patch';
    case 'DELETE':
      return target.name === '' ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}

/** Answers a request for objects; throws ApiError. */
export async function answerObjects(world: World, asked: ObjectRequest): Promise<Answer> {
  const { request, target, query } = asked;
  const view = viewOf(request.headers.accept, {
    version: target.version,
    include: query.get('includeObject') ?? 'Metadata',
    now: world.clock.now(),
  });
  const call = callOf(asked);
  if (!['', 'status', 'scale', 'finalize'].includes(target.subresource)) throw noSuchResource();
  if (target.subresource === 'status' && !target.resource.status) throw noSuchResource();
  if (request.method === 'GET') return readAnswer(world, asked, { call, view });
  const text = await readBody(request);
  if (target.subresource === 'scale') return scaleAnswer(world, asked, { call, text });
  return write(world, asked, { call, text, view });
}

interface Read {
  readonly call: Call;
  readonly view: View;
}

interface Write extends Read {
  readonly text: string;
}

function readAnswer(world: World, asked: ObjectRequest, { call, view }: Read): Answer {
  const { target, query, response, bookmarkMs } = asked;
  if (isWatch(query)) {
    watchObjects(world, target, { query, view, response, bookmarkMs });
    return 'streaming';
  }
  if (target.subresource === 'scale') return { status: 200, body: readScale(world, call) };
  if (target.name === '') return { status: 200, body: listObjects(world, target, { query, view }) };
  return { status: 200, body: showObject(target.resource, readObject(world, call), view) };
}

function write(
  world: World,
  asked: ObjectRequest,
  { call, text, view }: Write,
): { readonly status: number; readonly body: JsonObject } {
  const { request, target } = asked;
  const shown = (object: KubeObject): JsonObject => showObject(target.resource, object, view);
  switch (request.method) {
    case 'POST':
      if (target.name !== '' || (target.namespace === '' && target.resource.namespaced)) throw methodNotAllowed();
      return { status: 201, body: shown(createObject(world, call, jsonBody(request, text))) };
    case 'PUT':
      if (target.name === '') throw methodNotAllowed();
      return { status: 200, body: shown(putObject(world, asked, { call, text, view })) };
    case 'PATCH': {
      if (target.name === '') throw methodNotAllowed();
      const { object, created } = patchObject(world, asked, { call, text, view });
      return { status: created ? 201 : 200, body: shown(object) };
    }
    case 'DELETE':
      return { status: 200, body: deleteAnswer(world, asked, { call, text, view }) };
    default:
      throw methodNotAllowed();
  }
}

function putObject(world: World, asked: ObjectRequest, { call, text }: Write): KubeObject {
  const body = jsonBody(asked.request, text);
  if (asked.target.subresource === 'finalize') return finalize(world, call, body);
  const version = isObject(body['metadata']) ? body['metadata']['resourceVersion'] : undefined;
  if (call.resource.custom && (version === undefined || version === '')) {
    const cause = {
      reason: 'FieldValueInvalid',
      field: 'metadata.resourceVersion',
      message: 'Invalid value: 0: must be specified for an update',
    };
    throw invalid(subjectOf(call), [cause]);
  }
  const uid = textAt(body, 'metadata', 'uid');
  return updateObject(world, call, (live) => {
    if (uid !== '' && uid !== live.metadata.uid) throw otherUid(subjectOf(call), uid, live.metadata.uid ?? '');
    return body;
  });
}

/** The last step of a namespace's end: its spec.finalizers are taken away. */
function finalize(world: World, call: Call, body: JsonObject): KubeObject {
  const live = readObject(world, call);
  const finalizers = isObject(body['spec']) ? body['spec']['finalizers'] : undefined;
  if (live.metadata.deletionTimestamp !== undefined && (!isList(finalizers) || finalizers.length === 0)) {
    return world.store.remove(call.resource.id, call.name) ?? live;
  }
  return live;
}

function patchObject(
  world: World,
  asked: ObjectRequest,
  { call, text }: Write,
): { readonly object: KubeObject; readonly created: boolean } {
  const { request, query } = asked;
  const type = mediaType(request);
  const body = parseJson(text);
  if (type !== applyType)
    return {
      object: updateObject(world, call, (live) => patched(call.resource, live, { type, body })),
      created: false,
    };
  if (!isObject(body)) throw badRequest('an apply patch is an object');
  if ((query.get('fieldManager') ?? '') === '') {
    const cause = {
      reason: 'FieldValueRequired',
      field: 'fieldManager',
      message: 'Required value: is required for apply patch',
    };
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions', name: '' }, [cause]);
  }
  return applyObject(world, call, { config: body, force: query.get('force') === 'true' });
}

function deleteAnswer(world: World, asked: ObjectRequest, { call, text, view }: Write): JsonObject {
  const { target, query } = asked;
  const body = text === '' ? undefined : parseJson(text);
  const options = deleteOptions(body, query.get('propagationPolicy') ?? '');
  const dryRun = call.dryRun === true || (isObject(body) && isList(body['dryRun']) && body['dryRun'].includes('All'));
  if (target.name !== '') return shownRemoval(removeObject(world, { ...call, dryRun }, options), target, view);
  const matches = selectionOf(target, query);
  const doomed = world.store.list(target.resource.id).filter(matches);
  for (const object of doomed) {
    removeObject(
      world,
      { ...call, dryRun, namespace: object.metadata.namespace ?? '', name: object.metadata.name },
      options,
    );
  }
  return showList(target.resource, doomed, { metadata: { resourceVersion: String(world.store.version()) }, view });
}

function shownRemoval(removed: JsonObject, target: Target, view: View): JsonObject {
  return removed['kind'] === 'Status' ? removed : showObject(target.resource, removed as KubeObject, view);
}

function scaleAnswer(
  world: World,
  asked: ObjectRequest,
  { call, text }: { readonly call: Call; readonly text: string },
): Answer {
  const { request, target } = asked;
  const body = parseJson(text);
  if (request.method === 'PUT') return { status: 200, body: updateScale(world, call, () => body) };
  if (request.method !== 'PATCH') throw methodNotAllowed();
  const type = mediaType(request);
  const usual = type === 'application/strategic-merge-patch+json' ? 'application/merge-patch+json' : type;
  return {
    status: 200,
    body: updateScale(world, call, (scale) => patched(target.resource, scale, { type: usual, body })),
  };
}

function callOf({ request, target, query }: ObjectRequest): Call {
  const { resource, version, namespace, name, subresource } = target;
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All')) {
    const message = `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`;
    const cause = { reason: 'FieldValueNotSupported', field: 'dryRun', message };
    throw invalid({ group: 'meta.k8s.io', kind: 'WriteOptions', name: '' }, [cause]);
  }
  const agent = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  return {
    resource,
    version,
    namespace,
    name,
    manager: query.get('fieldManager') ?? agent.slice(0, 128),
    dryRun: dryRun.length > 0,
    strict: query.get('fieldValidation') === 'Strict',
    ...(subresource === 'status' ? { subresource } : {}),
  };
}

function jsonBody(request: IncomingMessage, text: string): JsonObject {
  const type = mediaType(request);
  if (type !== '' && type !== 'application/json') throw unsupportedMediaType(['application/json']);
  const body = parseJson(text);
  if (!isObject(body)) throw badRequest('the body is not an object');
  return body;
}

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

function isWatch(query: URLSearchParams): boolean {
  return query.get('watch') === 'true' || query.get('watch') === '1';
}
