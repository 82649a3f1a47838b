import { badRequest, expired, invalid, noSuchResource, tooLargeVersion } from '../api/errors.ts';
import type { World } from '../api/world.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import { everything, fieldSelector, labelSelector } from '../store/selectors.ts';
import type { Match } from '../store/selectors.ts';
import { objectKey } from '../store/store.ts';
import type { Target } from './route.ts';
import { showList } from './view.ts';
import type { View } from './view.ts';

/** Which objects of the target's resource a request selects: its namespace, name and selectors. */
export function selectionOf(target: Target, query: URLSearchParams): Match {
  const { namespace, name, resource } = target;
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  const byLabel = labels === '' ? everything : labelSelector(labels);
  const byField = fields === '' ? everything : fieldSelector(fields, resource.kind);
  return (object) =>
    (namespace === '' || object.metadata.namespace === namespace) &&
    (name === '' || object.metadata.name === name) &&
    byLabel(object) &&
    byField(object);
}

/** The list that a request asks for: the newest state, or one that resourceVersion or a continue token names. */
export function listObjects(
  world: World,
  target: Target,
  { query, view }: { query: URLSearchParams; view: View },
): JsonObject {
  if (target.name !== '') throw noSuchResource();
  const page = pageOf(world, target, query);
  const matches = selectionOf(target, query);
  const all = page.objects.filter((object) => matches(object) && (page.after === '' || objectKey(object) > page.after));
  const limit = Number(query.get('limit') ?? '0');
  const shown = limit > 0 ? all.slice(0, limit) : all;
  const last = shown.at(-1);
  const more = all.length > shown.length && last !== undefined;
  const selected = query.has('labelSelector') || query.has('fieldSelector');
  const metadata = {
    resourceVersion: String(page.version),
    ...(more ? { continue: continueToken(page.version, objectKey(last)) } : {}),
    ...(more && !selected ? { remainingItemCount: all.length - shown.length } : {}),
  };
  return showList(target.resource, shown, { metadata, view });
}

/** The number in a resourceVersion parameter; 400 when it is none. */
export function versionParameter(text: string): number {
  if (!/^\d+$/.test(text))
    throw badRequest(
      `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}

interface Page {
  readonly version: number;
  readonly objects: readonly KubeObject[];
  /** Only keys above this one. */
  readonly after: string;
}

function pageOf(world: World, target: Target, query: URLSearchParams): Page {
  const { store } = world;
  const token = query.get('continue') ?? '';
  const wanted = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  checkMatch(target, { wanted, match, token });
  if (token !== '') return continued(world, target, token);
  const newest = { version: store.version(), objects: store.list(target.resource.id), after: '' };
  if (wanted === '' || wanted === '0') return newest;
  const version = versionParameter(wanted);
  if (version > store.version()) throw tooLargeVersion(version, store.version());
  if (match !== 'Exact') return newest;
  const objects = store.listAt(target.resource.id, version);
  if (objects === undefined) throw expired(`The resourceVersion for the provided list is too old.`);
  return { version, objects, after: '' };
}

function checkMatch(
  target: Target,
  { wanted, match, token }: Readonly<Record<'wanted' | 'match' | 'token', string>>,
): void {
  if (match === '') return;
  const why =
    token !== ''
      ? 'resourceVersionMatch is forbidden when continue is provided'
      : wanted === ''
        ? 'resourceVersionMatch is forbidden unless resourceVersion is provided'
        : match === 'Exact' && wanted === '0'
          ? 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
          : undefined;
  if (why === undefined) return;
  const cause = { reason: 'FieldValueForbidden', field: 'resourceVersionMatch', message: `Forbidden: ${why}` };
  throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: target.name }, [cause]);
}

function continueToken(version: number, key: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: key })).toString('base64url');
}

function continued(world: World, target: Target, token: string): Page {
  const { rv, start } = decodeToken(token);
  const objects = world.store.listAt(target.resource.id, rv);
  if (objects === undefined)
    throw expired('The provided continue parameter is too old to display a consistent list result.');
  return { version: rv, objects, after: start };
}

function decodeToken(token: string): { readonly rv: number; readonly start: string } {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Record<string, unknown>;
    if (typeof rv === 'number' && typeof start === 'string') return { rv, start };
  } catch {
    // Not one of ours: the same refusal as for a token with missing members.
  }
  throw badRequest('continue key is not valid');
}
