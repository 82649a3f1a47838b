import type { Kube, WatchEvent } from '../model/kube.ts';
import { asSluiceError, type SluiceError } from '../../shared/errors.ts';
import { kindFacts } from '../../shared/model/kinds.ts';
import { label, managedBy } from '../../shared/model/names.ts';
import { idOf, type GroupKind, type KubeObject } from '../../shared/model/object.ts';

/** The open watch of one kind, over all namespaces or one stream for each that the agent may see. */
export interface KindWatch {
  /** Resolves once everything is known, or once it is clear that it will take longer (refused, unreachable, not served). */
  readonly answered: Promise<void>;
  readonly isSynced: () => boolean;
  /** Why it cannot be listed now; null when it can. */
  readonly trouble: () => SluiceError | null;
  /** True when nothing runs any more: the kind was not served. */
  readonly isOver: () => boolean;
  readonly stop: () => void;
}

export interface KindWatchOptions {
  readonly kube: Kube;
  readonly kind: GroupKind;
  /** Namespaces, or one empty text for all. */
  readonly parts: readonly string[];
  readonly parent: AbortSignal;
  readonly take: (event: Extract<WatchEvent, { object: KubeObject }>) => void;
  /** Called when a part is complete, with the ids that are in it: everything else is gone. */
  readonly sweep: (part: string, seen: ReadonlySet<string>) => void;
  readonly onChange: () => void;
}

/** Starts to follow one kind; never throws. */
export function watchKind(options: KindWatchOptions): KindWatch {
  const { kube, kind, parent } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([parent, stop.signal]);
  const answered = Promise.withResolvers<undefined>();
  const pending = new Set(options.parts);
  let trouble: SluiceError | null = null;
  let over = false;

  const fail = (error: unknown) => {
    trouble = asSluiceError(error);
    answered.resolve(undefined);
    options.onChange();
  };
  const follow = async (part: string, group: string, name: string): Promise<void> => {
    const resource = await kube.resource({ group, kind: name }, signal);
    const partOptions = resource.namespaced && part !== '' ? { namespace: part } : {};
    let seen = new Set<string>();
    await kube.watch(resource, {
      ...partOptions,
      labelSelector: `${label.managedBy}=${managedBy}`,
      metadataOnly: kindFacts(kind).isInert,
      signal,
      onError: fail,
      onEvent: (event) => {
        if (event.type === 'relist') {
          seen = new Set();
          pending.add(part);
        } else if (event.type === 'synced') {
          options.sweep(part, seen);
          pending.delete(part);
          if (pending.size > 0) return;
          trouble = null;
          answered.resolve(undefined);
          options.onChange();
        } else {
          if (event.type === 'deleted') seen.delete(idOf(event.object));
          else if (pending.has(part)) seen.add(idOf(event.object));
          options.take(event);
        }
      },
    });
  };
  const [group = '', name = ''] = kind.split('/');
  void Promise.all(options.parts.map((part) => follow(part, group, name)))
    .catch((error: unknown) => {
      if (!signal.aborted) fail(error);
    })
    .finally(() => {
      over = true;
      answered.resolve(undefined);
    });
  return {
    answered: answered.promise,
    isSynced: () => pending.size === 0 && !over,
    trouble: () => trouble,
    isOver: () => over,
    stop: () => {
      stop.abort();
    },
  };
}
