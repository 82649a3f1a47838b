import type { Kube } from '../model/kube.ts';
import type { LiveObject, LiveView } from '../model/live.ts';
import { groupKindOf, idOf, parseObjectId, type GroupKind } from '../../shared/model/object.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import {
  newLiveCache,
  readyBehind,
  sweep,
  takeAnswer,
  takeEvent,
  takeRead,
  unread,
  want,
  type LiveCache,
} from './cache.ts';
import { watchKind, type KindWatch } from './kind.ts';
import { followNamed } from './named.ts';
import { sliceKind } from './project.ts';

const definitionKind: GroupKind = 'apiextensions.k8s.io/CustomResourceDefinition';

/** What a live view needs beside the cluster. */
export interface LiveViewOptions {
  /** The namespaces that it may watch; null = all. */
  readonly namespaces: readonly string[] | null;
  /** Called on every change that it takes in. */
  readonly onChange: () => void;
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  readonly random: Random;
  /** Ends every await inside. */
  readonly parent: AbortSignal;
}

/** Opens a live view that watches nothing yet. Objects are selected by the managed-by label; only projections are kept. */
export function openLiveView(kube: Kube, options: LiveViewOptions): LiveView {
  const cache = newLiveCache();
  const watches = new Map<GroupKind, KindWatch>();
  // A kind that was not served is asked for again once a definition changed, or a write of that kind went through.
  let isDefinitionNew = false;

  const following = { kube, ...options, now: options.clock.monotonic, pause: pauseOf(options) };
  const named = followNamed(following);
  const open = (kind: GroupKind) =>
    watchKind({
      ...following,
      kind,
      parts: options.namespaces ?? [''],
      take: (event) => {
        if (kind === definitionKind) isDefinitionNew = true;
        if (takeEvent(cache, kind, event)) options.onChange();
      },
      sweep: (part, listed) => {
        sweep(cache, kind, part, listed);
      },
    });
  const begin = (kinds: ReadonlySet<GroupKind>) => {
    for (const kind of kinds) if (!watches.has(kind)) watches.set(kind, open(kind));
  };
  const close = (kind: GroupKind, watch: KindWatch) => {
    watch.stop();
    watches.delete(kind);
    sweep(cache, kind, '', new Set());
  };

  return {
    object: (id) => (named.isSynced(id) === undefined ? cache.objects.get(id) : named.object(id)),
    isSynced: (id) => named.isSynced(id) ?? watches.get(groupKindOf(id))?.isSynced() ?? false,
    readyEndpoints: (service) => (watches.get(sliceKind)?.isSynced() === true ? readyBehind(cache, service) : null),
    begin,
    follow: async (kinds, awaited) => {
      for (const [kind, watch] of [...watches]) {
        if (!kinds.has(kind) || (watch.isOver() && isDefinitionNew)) close(kind, watch);
      }
      isDefinitionNew = false;
      begin(kinds);
      await Promise.all([...awaited].map(async (kind) => watches.get(kind)?.answered));
    },
    read: named.follow,
    observe: observer(kube, [cache, named.cache], options),
    learn: (meta, sent) => {
      const isThere = takeAnswer(cache, meta, sent);
      if (isThere && watches.get(groupKindOf(idOf(meta)))?.isOver() === true) isDefinitionNew = true;
    },
    endOf: (uid) => cache.ended.get(uid),
    forget: (id) => {
      cache.objects.delete(id);
    },
    troubles: () => new Map([...named.troubles(), ...troublesOf(watches)]),
    close: () => {
      for (const [kind, watch] of [...watches]) close(kind, watch);
      named.follow(new Set());
    },
  };
}

function pauseOf({ clock, random }: Pick<LiveViewOptions, 'clock' | 'random'>) {
  return async (attempt: number, signal: AbortSignal): Promise<void> => {
    await clock.sleep(1_000 + backoff(attempt, random), signal).catch(() => undefined);
  };
}

/** Keeps wanted fields, and reads the objects of which no watch brings them, each version once; one that cannot be read is not known. */
function observer(
  kube: Kube,
  caches: readonly LiveCache[],
  { parent, onChange }: LiveViewOptions,
): LiveView['observe'] {
  const reading = new Set<string>();
  const read = async (cache: LiveCache, { id }: LiveObject): Promise<void> => {
    const { namespace, name, ...kind } = parseObjectId(id);
    const resource = await kube.resource(kind, parent);
    if (takeRead(cache, await kube.get({ resource, namespace, name }, parent))) onChange();
  };
  return (wanted) => {
    for (const cache of caches) want(cache, wanted);
    for (const [cache, live] of caches.flatMap((one) => unread(one).map((live) => [one, live] as const))) {
      const key = `${live.id} ${live.resourceVersion}`;
      if (reading.has(key)) continue;
      reading.add(key);
      void read(cache, live)
        .catch(() => undefined)
        .finally(() => reading.delete(key));
    }
  };
}

function troublesOf(watches: ReadonlyMap<GroupKind, KindWatch>): ReturnType<LiveView['troubles']> {
  return new Map(
    [...watches].flatMap(([kind, watch]) => {
      const trouble = watch.trouble();
      return watch.isSynced() || trouble === null ? [] : [[kind, trouble]];
    }),
  );
}
