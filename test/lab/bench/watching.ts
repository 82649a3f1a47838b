import type { KubeObject } from '../../../shared/model/object.ts';
import type { ClusterView } from '../demo/cluster-view.ts';

/** A watch of one kind, as a bystander has it: what each event says, and when it came. */
export interface Observed {
  /** Resolves with the milliseconds since the epoch at which an event first fulfilled the condition, from now on. */
  readonly next: (wanted: (object: KubeObject) => boolean, timeoutMs?: number) => Promise<number>;
  readonly close: () => void;
}

/** Watches the objects of a kind in a namespace; resolves once the first state is there. */
export async function observe(
  view: ClusterView,
  kind: { readonly group: string; readonly kind: string },
  namespace: string,
): Promise<Observed> {
  const stop = new AbortController();
  const waiting = new Set<(object: KubeObject, at: number) => void>();
  const synced = Promise.withResolvers<undefined>();
  const resource = await view.kube.resource(kind, stop.signal);
  void view.kube.watch(resource, {
    namespace,
    metadataOnly: false,
    signal: stop.signal,
    onError: (error) => synced.reject(error),
    onEvent: (event) => {
      const at = Date.now();
      if (event.type === 'synced') synced.resolve(undefined);
      else if (event.type !== 'relist') for (const look of [...waiting]) look(event.object, at);
    },
  });
  await synced.promise;
  return {
    next: (wanted, timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`no event of ${kind.kind} within ${timeoutMs} ms`));
        }, timeoutMs);
        const look = (object: KubeObject, at: number): void => {
          if (!wanted(object)) return;
          done();
          resolve(at);
        };
        waiting.add(look);
      }),
    close: () => stop.abort(),
  };
}
