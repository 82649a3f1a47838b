import type { KubeObject } from '../../../shared/model/object.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import { label, managedBy } from '../../../shared/model/names.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Way } from './script.ts';
import { sightOf, type Sight } from './sight.ts';

/** Follows the objects of the example in one cluster by watches, as anybody with a kubeconfig could. */
export interface ClusterWatch {
  readonly sight: () => Sight;
  /** Services that Sluice made, by name. */
  readonly services: () => readonly string[];
  /** When the first change of a spec was seen since `mark`, in milliseconds since the epoch; null while there was none. */
  readonly firstChange: () => number | null;
  /** Starts to look for a first change. */
  readonly mark: () => void;
  readonly close: () => void;
}

const kinds = [
  { group: 'apps', kind: 'Deployment' },
  { group: '', kind: 'Service' },
  { group: 'networking.k8s.io', kind: 'Ingress' },
  { group: 'networking.istio.io', kind: 'VirtualService' },
  { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' },
] as const;

/** Opens the watches of the kinds that the cluster serves; `changed` is called after every event. */
export async function watchCluster(
  view: ClusterView,
  options: { readonly way: Way; readonly namespace: string; readonly changed: () => void },
): Promise<ClusterWatch> {
  const stop = new AbortController();
  const objects = new Map<string, KubeObject>();
  let first: number | null = null;
  const note = (type: 'added' | 'modified' | 'deleted', object: KubeObject): void => {
    if (!/^(testsvc-|example-app)/.test(object.metadata.name)) return;
    const key = `${object.kind}/${object.metadata.name}`;
    if (type === 'deleted') objects.delete(key);
    const isNew = type !== 'modified' || isOtherSpec(objects.get(key), object);
    if (type !== 'deleted') objects.set(key, object);
    if (isNew) first ??= Date.now();
    options.changed();
  };
  for (const kind of kinds) {
    const resource = await view.kube.resource(kind, stop.signal).catch((error: unknown) => {
      if (isSluiceError(error, 'KIND_UNKNOWN')) return null;
      throw error;
    });
    if (resource === null) continue;
    void view.kube.watch(resource, {
      namespace: options.namespace,
      labelSelector: `${label.managedBy}=${managedBy}`,
      metadataOnly: false,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'relist') removeKind(objects, kind.kind);
        else if (event.type !== 'synced') note(event.type, event.object);
      },
      onError: () => undefined,
    });
  }
  return {
    sight: () => sightOf(objects, options.way),
    services: () => [...objects.values()].filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name),
    firstChange: () => first,
    mark: () => (first = null),
    close: () => stop.abort(),
  };
}

function isOtherSpec(known: KubeObject | undefined, now: KubeObject): boolean {
  return JSON.stringify(known?.['spec']) !== JSON.stringify(now['spec']);
}

function removeKind(objects: Map<string, KubeObject>, kind: string): void {
  for (const key of objects.keys()) if (key.startsWith(`${kind}/`)) objects.delete(key);
}
