import type { KubeObject } from '../../../../shared/model/object.ts';
import { openClusterView, type ClusterView } from '../cluster-view.ts';

/** What the API server of a cluster says of the application. */
export interface ShopSight {
  /** What its Deployment says now. */
  readonly image: string | null;
  /** Ready pods of that, and of what was before. */
  readonly ready: number;
  readonly old: number;
  readonly desired: number;
}

/** Follows the application in one cluster by a watch, as a person with a kubeconfig could. */
export interface ShopWatch {
  readonly view: ClusterView;
  readonly sight: () => ShopSight;
  readonly close: () => void;
}

const nothing: ShopSight = { image: null, ready: 0, old: 0, desired: 0 };

interface Fields {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
  };
  readonly status?: { readonly readyReplicas?: number; readonly replicas?: number; readonly updatedReplicas?: number };
}

/** Opens the watch of the Deployment `web`; `changed` is called after every event. */
export async function watchShop(kubeconfig: string, changed: () => void): Promise<ShopWatch> {
  const view = openClusterView(kubeconfig);
  const stop = new AbortController();
  let sight = nothing;
  const deployments = await view.kube.resource({ group: 'apps', kind: 'Deployment' }, stop.signal);
  void view.kube.watch(deployments, {
    namespace: 'default',
    fieldSelector: 'metadata.name=web',
    metadataOnly: false,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'synced') return;
      sight = event.type === 'relist' || event.type === 'deleted' ? nothing : sightOf(event.object);
      changed();
    },
    onError: () => undefined,
  });
  return {
    view,
    sight: () => sight,
    close: () => {
      stop.abort();
      view.close();
    },
  };
}

function imageOf(spec: Fields['spec']): string | null {
  return spec?.template?.spec?.containers?.[0]?.image ?? null;
}

/** Reads the sight of the application from its Deployment. */
export function sightOf(object: KubeObject): ShopSight {
  const { spec, status = {} } = object as Fields;
  const { readyReplicas = 0, replicas = 0, updatedReplicas = 0 } = status;
  // Pods of before that are there are ready ones: those go last.
  const old = Math.min(readyReplicas, Math.max(0, replicas - updatedReplicas));
  return {
    image: imageOf(spec),
    ready: readyReplicas - old,
    old,
    desired: spec?.replicas ?? 0,
  };
}
