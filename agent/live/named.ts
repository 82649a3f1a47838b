import { parseObjectId, groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';
import type { SluiceError } from '../../shared/errors.ts';
import type { LiveObject } from '../model/live.ts';
import { newLiveCache, takeEvent, type LiveCache } from './cache.ts';
import { watchKind, type KindWatch, type KindWatchOptions } from './kind.ts';

/** Objects that are followed by name, one watch each: those that are only read, and may belong to others. */
export interface NamedObjects {
  /** Follows these, and no others. */
  readonly follow: (ids: ReadonlySet<ObjectId>) => void;
  readonly object: (id: ObjectId) => LiveObject | undefined;
  /** What is known of them. */
  readonly cache: LiveCache;
  /** Whether it is known what there is of an object; undefined = it is not followed. */
  readonly isSynced: (id: ObjectId) => boolean | undefined;
  /** Kinds that cannot be read now, and why. */
  readonly troubles: () => readonly (readonly [GroupKind, SluiceError])[];
}

/** What following needs, beside the object. */
export type NamedOptions = Pick<KindWatchOptions, 'kube' | 'parent' | 'onChange' | 'now' | 'pause'>;

/** Follows nothing yet. */
export function followNamed(options: NamedOptions): NamedObjects {
  const cache = newLiveCache();
  const watches = new Map<ObjectId, KindWatch>();
  const open = (id: ObjectId): KindWatch => {
    const { namespace, name } = parseObjectId(id);
    return watchKind({
      ...options,
      kind: groupKindOf(id),
      parts: [namespace],
      name,
      take: (event) => {
        if (takeEvent(cache, groupKindOf(id), event)) options.onChange();
      },
      sweep: (_, listed) => {
        if (!listed.has(id)) cache.objects.delete(id);
      },
    });
  };
  return {
    cache,
    follow: (ids) => {
      for (const [id, watch] of [...watches]) {
        if (ids.has(id)) continue;
        watch.stop();
        watches.delete(id);
        cache.objects.delete(id);
      }
      for (const id of ids) if (!watches.has(id)) watches.set(id, open(id));
    },
    object: (id) => cache.objects.get(id),
    isSynced: (id) => watches.get(id)?.isSynced(),
    troubles: () =>
      [...watches].flatMap(([id, watch]) => {
        const trouble = watch.trouble();
        return watch.isSynced() || trouble === null ? [] : [[groupKindOf(id), trouble] as const];
      }),
  };
}
