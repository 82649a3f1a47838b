import type { Kube, WatchEvent } from '../model/kube.ts';
import type { LiveObject, LiveView } from '../model/live.ts';
import {
  groupKindOf,
  idOf,
  parseObjectId,
  type GroupKind,
  type KubeObject,
  type ObjectId,
} from '../../shared/model/object.ts';
import { watchKind, type KindWatch } from './kind.ts';
import { fieldsHash, project, projectSlice, sliceKind } from './project.ts';

const definitionKind: GroupKind = 'apiextensions.k8s.io/CustomResourceDefinition';

type ObjectEvent = Extract<WatchEvent, { object: KubeObject }>;

/**
 * Opens a live view that watches nothing yet. `onChange` is called on every change that it takes in. Objects are selected by the
 * managed-by label; only projections are kept. Every await inside ends when `parent` aborts.
 */
export function openLiveView(
  kube: Kube,
  options: {
    readonly namespaces: readonly string[] | null;
    readonly onChange: () => void;
    readonly parent: AbortSignal;
  },
): LiveView {
  const objects = new Map<ObjectId, LiveObject>();
  const slices = new Map<ObjectId, { readonly service: ObjectId; readonly ready: number }>();
  const watches = new Map<GroupKind, KindWatch>();
  // A kind that was not served is asked for again once a definition changed, or a write of that kind went through.
  let isDefinitionNew = false;

  const storeOf = (kind: GroupKind): Map<ObjectId, unknown> => (kind === sliceKind ? slices : objects);
  const sweep = (kind: GroupKind, part: string, seen: ReadonlySet<string>) => {
    const store = storeOf(kind);
    for (const id of [...store.keys()]) {
      if (groupKindOf(id) !== kind || seen.has(id)) continue;
      if (part === '' || parseObjectId(id).namespace === part) store.delete(id);
    }
  };
  // Objects that the watches saw go last, with the version: an answer that comes later must not bring them back.
  const ended = new Map<string, string>();
  const take = (kind: GroupKind, event: ObjectEvent) => {
    if (event.type === 'deleted') rememberEnd(ended, event.object);
    const isNews = kind === sliceKind ? takeSlice(slices, event) : takeObject(objects, event);
    if (kind === definitionKind) isDefinitionNew = true;
    if (isNews) options.onChange();
  };
  const open = (kind: GroupKind) =>
    watchKind({
      kube,
      kind,
      parts: options.namespaces ?? [''],
      parent: options.parent,
      take: (event) => {
        take(kind, event);
      },
      sweep: (part, seen) => {
        sweep(kind, part, seen);
      },
      onChange: options.onChange,
    });
  const close = (kind: GroupKind, watch: KindWatch) => {
    watch.stop();
    watches.delete(kind);
    sweep(kind, '', new Set());
  };

  return {
    object: (id) => objects.get(id),
    isSynced: (id) => watches.get(groupKindOf(id))?.isSynced() ?? false,
    readyEndpoints: (service) => {
      if (watches.get(sliceKind)?.isSynced() !== true) return null;
      return [...slices.values()].reduce((sum, slice) => sum + (slice.service === service ? slice.ready : 0), 0);
    },
    follow: async (kinds, awaited) => {
      for (const [kind, watch] of [...watches]) {
        if (!kinds.has(kind) || (watch.isOver() && isDefinitionNew)) close(kind, watch);
      }
      isDefinitionNew = false;
      for (const kind of kinds) if (!watches.has(kind)) watches.set(kind, open(kind));
      await Promise.all([...awaited].map(async (kind) => watches.get(kind)?.answered));
    },
    learn: (meta, sent) => {
      if (isEnded(ended, meta)) return;
      const known = objects.get(idOf(meta));
      if (watches.get(groupKindOf(idOf(meta)))?.isOver() === true) isDefinitionNew = true;
      objects.set(idOf(meta), learned(known, meta, sent));
    },
    forget: (id) => {
      objects.delete(id);
    },
    troubles: () =>
      new Map(
        [...watches].flatMap(([kind, watch]) => {
          const trouble = watch.trouble();
          return watch.isSynced() || trouble === null ? [] : [[kind, trouble]];
        }),
      ),
    close: () => {
      for (const [kind, watch] of [...watches]) close(kind, watch);
    },
  };
}

const endsKept = 1_000;

function rememberEnd(ended: Map<string, string>, object: KubeObject): void {
  const { uid = '', resourceVersion = '' } = object.metadata;
  ended.set(uid, resourceVersion);
  const [oldest] = ended.keys();
  if (ended.size > endsKept && oldest !== undefined) ended.delete(oldest);
}

/** True when the watch saw this object leave after the version that an answer speaks of (it may come back relabelled). */
function isEnded(ended: ReadonlyMap<string, string>, meta: KubeObject): boolean {
  const at = ended.get(meta.metadata.uid ?? '');
  return at !== undefined && !isOlder(at, meta.metadata.resourceVersion ?? '');
}

/** Takes an event in; false when it says nothing new. */
function takeObject(objects: Map<ObjectId, LiveObject>, event: ObjectEvent): boolean {
  const next = project(event.object);
  const known = objects.get(next.id);
  if (event.type === 'deleted') {
    // The end of an earlier object of this name says nothing of the one that is there now.
    if (known !== undefined && known.uid !== next.uid) return false;
    return objects.delete(next.id);
  }
  if (known?.uid === next.uid && isOlder(next.resourceVersion, known.resourceVersion)) return false;
  objects.set(next.id, next);
  return true;
}

function takeSlice(
  slices: Map<ObjectId, { readonly service: ObjectId; readonly ready: number }>,
  event: ObjectEvent,
): boolean {
  const id = idOf(event.object);
  const slice = projectSlice(event.object);
  if (event.type === 'deleted' || slice === null) return slices.delete(id);
  const known = slices.get(id);
  slices.set(id, slice);
  return known?.ready !== slice.ready || known.service !== slice.service;
}

/** Resource versions are decimal counters of one server; texts of another form are never older. */
function isOlder(a: string, b: string): boolean {
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return false;
  return BigInt(a) < BigInt(b);
}

/** What is known of an object after a request of ours: the answer's metadata, and the wanted state that we sent. */
function learned(known: LiveObject | undefined, meta: KubeObject, sent: KubeObject | null): LiveObject {
  // The answer carries metadata only, so that a status is known no longer than the generation that it speaks of.
  const whole = sent === null ? meta : ({ ...sent, metadata: meta.metadata, status: undefined } as KubeObject);
  const fresh = project(whole);
  if (known?.uid !== fresh.uid) return fresh;
  // The watch may have been faster than the answer, and no later event would mend what an old answer says.
  if (!isOlder(known.resourceVersion, fresh.resourceVersion)) return known;
  const isSame = known.generation === fresh.generation;
  const { resourceVersion, generation, registration, nonce } = fresh;
  const identity = { resourceVersion, generation, registration, nonce, fieldsHash: fieldsHash(meta.metadata) };
  if (fresh.health === 'Terminating') return { ...known, ...identity, health: fresh.health, message: fresh.message };
  if (sent === null || isSame) return { ...known, ...identity };
  const { total, ready } = known.replicas ?? { total: 0, ready: 0 };
  const replicas = fresh.replicas === null ? known.replicas : { ...fresh.replicas, total, ready };
  return { ...fresh, replicas, selector: fresh.selector ?? known.selector };
}
