import { ApiError, badRequest, unsupportedMediaType } from '../api/errors.ts';
import type { Resource } from '../api/kinds.ts';
import { jsonPatch, mergePatch, PatchFailure } from '../apply/patch.ts';
import { strategicPatch } from '../apply/strategic.ts';
import { isList, isObject } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';

/** The media type of server-side apply. */
export const applyType = 'application/apply-patch+yaml';

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  applyType,
];

/** A document after a patch of one of the other media types; 415, 400 or 422 when that cannot be. */
export function patched(
  resource: Resource,
  target: JsonObject,
  { type, body }: { readonly type: string; readonly body: Json },
): JsonObject {
  const next = patchedValue(resource, target, { type, body });
  if (!isObject(next)) throw badRequest('the patched value is not an object');
  return next;
}

function patchedValue(
  resource: Resource,
  target: JsonObject,
  { type, body }: { readonly type: string; readonly body: Json },
): Json {
  switch (type) {
    case 'application/merge-patch+json':
      return mergePatch(target, body);
    case 'application/json-patch+json':
      return jsonPatched(target, body);
    case 'application/strategic-merge-patch+json':
      if (resource.custom) throw unsupportedMediaType(patchTypes.filter((known) => known !== type));
      if (!isObject(body)) throw badRequest('a strategic merge patch is an object');
      return strategicPatch(target, body, resource.schema);
    default:
      throw unsupportedMediaType(patchTypes);
  }
}

function jsonPatched(target: JsonObject, body: Json): Json {
  if (!isList(body)) throw badRequest('a JSON patch is a list');
  try {
    return jsonPatch(target, body);
  } catch (error) {
    // The API server does not say what is wrong with the patch.
    const message = 'the server rejected our request due to an error in our request';
    if (error instanceof PatchFailure) throw new ApiError(422, 'Invalid', message, {});
    throw error;
  }
}
