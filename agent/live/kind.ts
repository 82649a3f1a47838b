import type { Kube, KubeResource, WatchEvent } from '../model/kube.ts';
import { asSluiceError, isSluiceError, type SluiceError } from '../../shared/errors.ts';
import { kindFacts } from '../../shared/model/kinds.ts';
import { label, managedBy } from '../../shared/model/names.ts';
import { idOf, type GroupKind, type KubeObject } from '../../shared/model/object.ts';

/** The open watch of one kind, over all namespaces or one stream for each that the agent may see. */
export interface KindWatch {
  /** Resolves once everything is listed, or once the list failed (refused, unreachable, not served). */
  readonly answered: Promise<void>;
  readonly isSynced: () => boolean;
  /** Why it cannot be listed now; null when it can. */
  readonly trouble: () => SluiceError | null;
  /** True while the kind is not served, or does not answer: no watch runs, and it is looked up ever more rarely. */
  readonly isOver: () => boolean;
  readonly stop: () => void;
}

/** What following one kind needs. */
export interface KindWatchOptions {
  readonly kube: Kube;
  readonly kind: GroupKind;
  /** Namespaces, or one empty text for all. */
  readonly parts: readonly string[];
  /** The one object that is followed, of whichever maker; absent = all that carry our label. */
  readonly name?: string;
  readonly parent: AbortSignal;
  readonly take: (event: Extract<WatchEvent, { object: KubeObject }>) => void;
  /** Called when a part is complete, with the listed ids: every other object of it is gone. */
  readonly sweep: (part: string, listed: ReadonlySet<string>) => void;
  readonly onChange: () => void;
  /** Milliseconds, by the monotonic clock. */
  readonly now: () => number;
  /** Waits before the next look at a kind that is not served; `attempt` counts from 0. */
  readonly pause: (attempt: number, signal: AbortSignal) => Promise<void>;
}

/** Starts to follow one kind; never throws. */
export function watchKind(options: KindWatchOptions): KindWatch {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.parent, stop.signal]);
  const answered = Promise.withResolvers<undefined>();
  const pending = new Set(options.parts);
  let trouble: SluiceError | null = null;
  let over = false;

  const fail = (error: unknown) => {
    // A look that finds what the last one found starts no pass.
    const isChange = trouble?.code !== asSluiceError(error).code;
    trouble = asSluiceError(error);
    answered.resolve(undefined);
    if (isChange) options.onChange();
  };
  const found = (isFound: boolean) => {
    over = !isFound;
  };
  const synced = () => {
    if (pending.size > 0) return;
    trouble = null;
    answered.resolve(undefined);
    options.onChange();
  };
  void Promise.all(options.parts.map((part) => followPart(options, part, { pending, synced, found, fail, signal })))
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

interface PartWatch {
  /** Parts that are not complete. */
  readonly pending: Set<string>;
  /** Called when the part is complete. */
  readonly synced: () => void;
  readonly fail: (error: unknown) => void;
  /** Called when the kind is looked up: whether it is served. */
  readonly found: (isFound: boolean) => void;
  readonly signal: AbortSignal;
}

/** The resource of a kind, as soon as it is served; null once its watch is stopped. `lost` counts watches that its end ended. */
async function servedResource({ kube, kind: groupKind, pause }: KindWatchOptions, watch: PartWatch, lost: number) {
  const [group = '', kind = ''] = groupKind.split('/');
  const isStopped = () => watch.signal.aborted;
  // Discovery may go on naming what is not served: what was lost is not asked for again at once.
  if (lost > 0) await pause(lost - 1, watch.signal);
  for (let attempt = lost; !isStopped(); attempt += 1) {
    try {
      const resource = await kube.resource({ group, kind }, watch.signal);
      watch.found(true);
      return resource;
    } catch (error) {
      if (isStopped()) break;
      watch.found(false);
      watch.fail(error);
      await pause(attempt, watch.signal);
    }
  }
  return null;
}

async function followPart(options: KindWatchOptions, part: string, watch: PartWatch): Promise<void> {
  let lost = 0;
  for (;;) {
    const resource = await servedResource(options, watch, lost);
    if (resource === null) return;
    const isSynced = await followServed(options, part, { resource, watch });
    if (watch.signal.aborted) return;
    lost = isSynced ? 1 : lost + 1;
  }
}

/** How long a watch may fail to go on before what was listed counts as unknown. */
const staleMs = 60_000;

/**
 * Follows a kind until its path is not served any more, may not be read any more, or fails for long, or until the watch is stopped;
 * answers whether it was listed. What was listed is void then: a definition that goes takes its objects with it without a word, and of
 * what cannot be seen it is not known whether it is still there.
 */
async function followServed(
  options: KindWatchOptions,
  part: string,
  { resource, watch }: { readonly resource: KubeResource; readonly watch: PartWatch },
): Promise<boolean> {
  const { kube, kind: groupKind } = options;
  const { pending } = watch;
  const ended = new AbortController();
  const signal = AbortSignal.any([watch.signal, ended.signal]);
  let listed = new Set<string>();
  let wasSynced = false;
  let failingSince: number | null = null;
  const lose = (): void => {
    pending.add(part);
    options.sweep(part, new Set());
    ended.abort();
  };
  const onError = (error: Error): void => {
    failingSince ??= options.now();
    const isLost = isSluiceError(error, 'FORBIDDEN', 'UNAUTHENTICATED') || options.now() - failingSince >= staleMs;
    if (isSluiceError(error, 'KIND_UNKNOWN')) {
      kube.forgetResources();
      watch.found(false);
      lose();
    } else if (wasSynced && isLost) lose();
    watch.fail(error);
  };
  await kube.watch(resource, {
    ...(resource.namespaced && part !== '' ? { namespace: part } : {}),
    ...(options.name === undefined
      ? { labelSelector: `${label.managedBy}=${managedBy}` }
      : { fieldSelector: `metadata.name=${options.name}` }),
    metadataOnly: kindFacts(groupKind).isInert,
    signal,
    onOpen: () => {
      failingSince = null;
    },
    onError,
    onEvent: (event) => {
      if (event.type === 'relist') {
        listed = new Set();
        pending.add(part);
      } else if (event.type === 'synced') {
        options.sweep(part, listed);
        pending.delete(part);
        wasSynced = true;
        watch.synced();
      } else {
        if (event.type === 'deleted') listed.delete(idOf(event.object));
        else if (pending.has(part)) listed.add(idOf(event.object));
        options.take(event);
      }
    },
  });
  return wasSynced;
}
