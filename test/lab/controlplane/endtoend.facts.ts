import type { StatusRow, StatusView } from '../../../hub/api/status.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { Listed } from './endtoend.documents.ts';
import type { Site } from './release.ts';
import { waitFor } from './wait.ts';

/** Ids of what `shop` is made of. */
export const web = (version: number): string => `apps/Deployment/default/web-v${version}`;
export const service = (version: number): string => `/Service/default/shop-v${version}`;
export const route = 'networking.istio.io/VirtualService/default/shop';
export const map = (name: string, namespace = 'default'): string => `/ConfigMap/${namespace}/${name}`;

/** The weight of each Service behind the route; of none where there is no route yet. */
export function weightsOf(object: KubeObject | undefined): Record<string, number> {
  const { http = [] } = (object?.['spec'] ?? {}) as {
    readonly http?: readonly { readonly route: readonly { destination: { host: string }; weight?: number }[] }[];
  };
  return Object.fromEntries(
    http.flatMap((one) => one.route.map(({ destination, weight }) => [destination.host.split('.')[0]!, weight ?? 100])),
  );
}

/** Replicas of a Deployment: wanted and ready. */
export function replicasOf(object: KubeObject | undefined): { readonly wanted: number; readonly ready: number } {
  const { replicas = 0 } = (object?.['spec'] ?? {}) as { replicas?: number };
  const { readyReplicas = 0 } = (object?.['status'] ?? {}) as { readyReplicas?: number };
  return { wanted: replicas, ready: readyReplicas };
}

/** True when every cluster of the status runs exactly these revisions of `shop` with their traffic, applied and healthy. */
export function isShopAt(listed: readonly Listed[], clusters: number): (status: StatusView) => boolean {
  const wanted = JSON.stringify(listed);
  return ({ applications }) => {
    const rows = applications.filter(({ application }) => application === 'default/shop');
    return (
      rows.length === clusters &&
      rows.every(
        (row) =>
          row.applied &&
          row.health === 'Healthy' &&
          JSON.stringify(row.revisions.map(({ name, traffic }) => [name, traffic])) === wanted,
      )
    );
  };
}

/** The row of an application on a cluster. */
export function rowOf(status: StatusView, application: string, cluster: string): StatusRow | undefined {
  return status.applications.find((row) => row.application === application && row.cluster === cluster);
}

const listed = [
  '/apis/apps/v1/namespaces/default/deployments',
  '/apis/apps/v1/namespaces/default/statefulsets',
  '/apis/apps/v1/namespaces/default/daemonsets',
  '/apis/apps/v1/namespaces/default/replicasets',
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/services',
  '/api/v1/namespaces/default/configmaps',
  '/apis/networking.istio.io/v1/namespaces/default/virtualservices',
] as const;

/**
 * What runs in `default` and may not restart: path and UID of every workload, pod, Service, ConfigMap and route. Waits until nothing
 * is on its way: controllers take away what was deleted, and bring what was changed, some time after it was.
 */
export async function identities({ name, list }: Site): Promise<Record<string, string>> {
  return waitFor(`all on ${name} to be at rest`, async () => {
    const found = (
      await Promise.all(listed.map(async (path) => (await list(path)).map((object) => ({ path, object }))))
    ).flat();
    const uids = new Set<unknown>(found.map(({ object }) => object.metadata.uid));
    if (!found.every(({ object }) => isAtRest(object, uids))) return undefined;
    return Object.fromEntries(
      found.map(({ path, object: { metadata } }) => [`${path}/${metadata.name}`, metadata.uid ?? '']),
    );
  });
}

/** True for an object that stays, whose owners are there, and whose controller has done what it says. */
function isAtRest(object: KubeObject, uids: ReadonlySet<unknown>): boolean {
  const { deletionTimestamp, ownerReferences = [] } = object.metadata;
  return deletionTimestamp === undefined && ownerReferences.every(({ uid }) => uids.has(uid)) && isRolledOut(object);
}

/** True unless it has a template of pods, and not all pods are there, ready, and made of it. */
function isRolledOut({ metadata: { generation }, spec, status = {} }: KubeObject): boolean {
  const { template, replicas } = (spec ?? {}) as { readonly template?: object; readonly replicas?: number };
  if (template === undefined) return true;
  const said = status as Readonly<Record<string, number>>;
  const isOfNodes = said['desiredNumberScheduled'] !== undefined;
  const wanted = isOfNodes ? said['desiredNumberScheduled'] : replicas;
  const [all, ready, updated] = isOfNodes
    ? (['currentNumberScheduled', 'numberReady', 'updatedNumberScheduled'] as const)
    : (['replicas', 'readyReplicas', 'updatedReplicas'] as const);
  // A ReplicaSet has one template for ever, and says nothing of that.
  const counts = [said[all] ?? 0, said[ready] ?? 0, said[updated] ?? wanted];
  return said['observedGeneration'] === generation && counts.every((count) => count === wanted);
}

/**
 * Looks at the route at every change until it is asked for the answer: each Service that was given traffic and had no ready pod
 * behind it.
 */
export async function watchTraffic({ view }: Site): Promise<() => Promise<readonly string[]>> {
  const over = new AbortController();
  const synced = Promise.withResolvers<undefined>();
  const faults: string[] = [];
  const looks: Promise<void>[] = [];
  const look = async (weights: Record<string, number>): Promise<void> => {
    for (const [host, weight] of Object.entries(weights)) {
      const { ready } = replicasOf(await view.get(`apps/Deployment/default/${host.replace('shop', 'web')}`));
      if (weight === 0 || ready > 0) continue;
      // It may have moved on since the event; what counts is what is true at one time.
      const now = weightsOf(await view.get(route));
      if ((now[host] ?? 0) > 0) faults.push(`${host} has ${weight}, and no pod`);
    }
  };
  const [group, kind] = route.split('/') as [string, string];
  const resource = await view.kube.resource({ group, kind }, over.signal);
  void view.kube.watch(resource, {
    namespace: 'default',
    metadataOnly: false,
    signal: over.signal,
    onError: (error) => synced.reject(error),
    onEvent: (event) => {
      if (event.type === 'synced') synced.resolve(undefined);
      else if (event.type !== 'relist' && event.type !== 'deleted') looks.push(look(weightsOf(event.object)));
    },
  });
  await synced.promise;
  return async () => {
    over.abort();
    await Promise.all(looks);
    return faults;
  };
}

/** Waits until a new revision of `shop` is there but not ready, while the old one has all traffic: the middle of a rollout. */
export async function untilMidway({ name, view }: Site, from: number, to: number): Promise<void> {
  await waitFor(`${name} to be in the middle of the rollout`, async () => {
    const [old, young, split] = await Promise.all([view.get(web(from)), view.get(web(to)), view.get(route)]);
    const isMidway = replicasOf(old).ready === 2 && young !== undefined && replicasOf(young).ready === 0;
    return isMidway && weightsOf(split)[`shop-v${from}`] === 100 ? true : undefined;
  });
}
