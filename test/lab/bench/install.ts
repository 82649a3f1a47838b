import type { ClusterView } from '../demo/cluster-view.ts';
import { waitFor } from '../controlplane/wait.ts';

const kinds = [
  { group: '', kind: 'ConfigMap' },
  { group: '', kind: 'Secret' },
  { group: '', kind: 'Service' },
  { group: '', kind: 'ServiceAccount' },
  { group: 'apps', kind: 'Deployment' },
  { group: 'rbac.authorization.k8s.io', kind: 'Role' },
] as const;

/** Counts the bench's objects as they appear in a namespace. */
export interface InstallWatch {
  /** Resolves with when the first and the last of that many were seen, in milliseconds since the epoch. */
  readonly until: (count: number) => Promise<{ readonly first: number; readonly last: number }>;
  readonly close: () => void;
}

/** Watches all kinds of the bench's objects in a namespace; resolves once every watch is there. */
export async function startInstallWatch(view: ClusterView, namespace: string): Promise<InstallWatch> {
  const stop = new AbortController();
  const seen = new Map<string, number>();
  await Promise.all(
    kinds.map(async (kind) => {
      const resource = await view.kube.resource(kind, stop.signal);
      const synced = Promise.withResolvers<undefined>();
      void view.kube.watch(resource, {
        namespace,
        metadataOnly: true,
        signal: stop.signal,
        onError: (error) => synced.reject(error),
        onEvent: (event) => {
          if (event.type === 'synced') synced.resolve(undefined);
          if (event.type !== 'added' || !event.object.metadata.name.startsWith('object-')) return;
          const id = `${kind.kind} ${event.object.metadata.name}`;
          if (!seen.has(id)) seen.set(id, Date.now());
        },
      });
      await synced.promise;
    }),
  );
  return {
    until: async (count) => {
      const times = await waitFor(
        `${count} objects`,
        () => (seen.size >= count ? [...seen.values()].sort((a, b) => a - b) : undefined),
        120_000,
      );
      return { first: times[0] ?? Number.NaN, last: times[count - 1] ?? Number.NaN };
    },
    close: () => stop.abort(),
  };
}
