import type { VerifiedBundle } from '../model/bundle.ts';
import type { AgentDeps } from '../model/deps.ts';
import { isTakenNonce, type InventoryEntry, type Stored } from '../model/inventory.ts';
import type { Kube } from '../model/kube.ts';
import { mapLimited } from '../model/limited.ts';
import type { LiveView } from '../model/live.ts';
import { isSluiceError } from '../../shared/errors.ts';
import { owner } from '../../shared/model/names.ts';
import { groupKindOf, parseObjectId, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import type { InventoryMemory } from './memory.ts';

/** What making the inventory anew needs of the agent. */
export interface RebuildPorts {
  readonly memory: { readonly inventory: InventoryMemory };
  readonly view: Pick<LiveView, 'follow' | 'object' | 'isSynced'>;
  readonly kube: Kube;
  readonly deps: Pick<AgentDeps, 'identity' | 'log'>;
  readonly signal: AbortSignal;
}

/**
 * The stored state where it is whole. Where it is lost or damaged, its inventory is made anew, before the first write, from the live
 * objects that the verified bundle names (wanted, serving until it is replaced, kept or retired) and that carry this registration and their application. What was found
 * so is deleted by a later generation at the earliest. A first installation finds nothing.
 */
export async function rebuild(ports: RebuildPorts, stored: Stored, bundle: VerifiedBundle): Promise<Stored> {
  const { deps } = ports;
  const { inventory: memory } = ports.memory;
  const damage = stored.damage ?? [];
  if (stored.isRebuilt !== undefined || (stored.state !== null && damage.length === 0)) return stored;
  const named = namedBy(bundle.revision);
  const missing = [...named.keys()].filter((id) => !stored.inventory.has(id));
  const kinds = new Set(missing.map(groupKindOf));
  await ports.view.follow(kinds, kinds);
  // What is listed without our registration is not ours; what cannot be listed is asked for by its name. So is what is retired and not
  // listed, because it may have lost the label that the watches select by: what is wanted would be found when it is created.
  const candidates = missing.filter((id) => {
    const live = ports.view.object(id);
    if (live !== undefined) return live.registration === deps.identity.registration;
    return named.get(id) === null || !ports.view.isSynced(id);
  });
  const found = await mapLimited(8, candidates, (id) => findOwn(ports, id, named.get(id) ?? null));
  const entries = found.filter((entry) => entry !== null);
  const isRebuilt = damage.length > 0 || entries.length > 0;
  if (isRebuilt) {
    const words = 'the inventory was lost or damaged, and is made anew from what runs: nothing is deleted meanwhile';
    deps.log.warn(words, { damage: damage.slice(0, 5), found: entries.length });
  }
  memory.stored = {
    ...stored,
    inventory: new Map([...stored.inventory, ...entries.map((entry) => [entry.id, entry] as const)]),
    isRebuilt,
  };
  return memory.stored;
}

/** The application and revision that a bundle wants each object in; null for what it retires or keeps. */
function namedBy({ apps, retired }: Revision): ReadonlyMap<ObjectId, Wanted | null> {
  const serving = apps.flatMap((app) => (app.from === undefined ? [] : wantedIn({ ...app, ...app.from })));
  const wanted = [...serving, ...apps.flatMap(wantedIn)];
  const kept = apps.flatMap((app) => app.kept ?? []);
  return new Map([...[...retired, ...kept].map(({ id }) => [id, null] as const), ...wanted]);
}

function wantedIn(app: BundleApp): readonly (readonly [ObjectId, Wanted])[] {
  const revisions = new Map(app.revisions.flatMap(({ name, objects }) => objects.map((id) => [id, name] as const)));
  return app.objects.map(({ id }) => [id, { app: appKey(app), revision: revisions.get(id) ?? null }]);
}

interface Wanted {
  readonly app: string;
  readonly revision: string | null;
}

/** The entry of a live object that is provably ours; null where there is none. */
async function findOwn(ports: RebuildPorts, id: ObjectId, wanted: Wanted | null): Promise<InventoryEntry | null> {
  const object = await read(ports, id);
  const app = object === null ? null : ownApp(object, ports.deps.identity.registration);
  if (object === null || app === null || (wanted !== null && wanted.app !== app)) return null;
  const { apiVersion, metadata } = object;
  const nonce = metadata.annotations?.[owner.nonce] ?? '';
  const known = { id, apiVersion, app, revision: wanted?.revision ?? null, nonce };
  return { ...known, uid: metadata.uid ?? null, applied: null, fieldsHash: null, ...adoptedOf(object) };
}

/** An agent of before left no trace of what it took over: what it may have is let go of, and not deleted, where a delivery goes back. */
function adoptedOf({ metadata: { annotations = {} } }: KubeObject): Pick<InventoryEntry, 'adopted'> {
  return isTakenNonce(annotations[owner.nonce]) || annotations[owner.adopt] === 'true' ? { adopted: true } : {};
}

/** The application that an object was applied for by this registration; null where it was not. */
function ownApp({ metadata }: KubeObject, registration: string): string | null {
  const annotations = metadata.annotations ?? {};
  const isOwn = metadata.uid !== undefined && annotations[owner.registration] === registration;
  return isOwn ? (annotations[owner.application] ?? null) : null;
}

async function read({ kube, signal }: RebuildPorts, id: ObjectId): Promise<KubeObject | null> {
  const { group, kind, namespace, name } = parseObjectId(id);
  try {
    const resource = await kube.resource({ group, kind }, signal);
    return await kube.getMetadata({ resource, namespace, name }, signal);
  } catch (error) {
    // What may not be read cannot be written either, and says so where that is tried.
    if (isSluiceError(error, 'NOT_FOUND', 'KIND_UNKNOWN', 'FORBIDDEN')) return null;
    throw error;
  }
}
