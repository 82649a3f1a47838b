import { loadIdentity, peekKey, type SecretPlace } from '../identity/keys.ts';
import { openSite, parseSite } from '../site/site.ts';
import { assess } from '../health/assess.ts';
import { podTrouble } from '../health/pods.ts';
import { openStore } from '../inventory/store.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Kube } from '../model/kube.ts';
import { mapLimited } from '../model/limited.ts';
import type { AgentPod, SiteObject, SiteStatus } from '../model/site-status.ts';
import { readWords } from '../model/words.ts';
import { stringAt } from '../model/fields.ts';
import { isSluiceError } from '../../shared/errors.ts';
import { agentNames, fieldManager, label, owner } from '../../shared/model/names.ts';
import { parseObjectId, versionOf, type KubeObject } from '../../shared/model/object.ts';

/** Reads the state of this site from its own cluster: the state, the inventory, and every inventoried object as it is now. */
export async function readSiteStatus(
  kube: Kube,
  { namespace, cron }: { readonly namespace: string; readonly cron: AgentDeps['cron'] },
  signal: AbortSignal,
): Promise<SiteStatus> {
  const place: SecretPlace = { kube, namespace };
  const [identity, key, stored, site, lease, system, pods] = await Promise.all([
    loadIdentity(place, signal),
    peekKey(place, signal),
    openStore(kube, namespace).load(signal),
    readOwn(kube, { group: '', kind: 'ConfigMap', name: agentNames.site, namespace }, signal),
    readOwn(kube, { group: 'coordination.k8s.io', kind: 'Lease', name: agentNames.lease, namespace }, signal),
    readOwn(kube, { group: '', kind: 'Namespace', name: 'kube-system', namespace: '' }, signal),
    agentPods(kube, namespace, signal),
  ]);
  const registration = identity?.registration ?? '';
  const entries = [...stored.inventory.values()];
  return {
    identity,
    isEnrolled: key?.enrolled === true,
    state: stored.state,
    damage: stored.damage ?? [],
    clusterUid: system?.metadata.uid ?? '',
    site: site === null ? openSite : parseSite((site['data'] ?? {}) as Record<string, string>, cron),
    lease: lease === null ? null : leaseOf(lease),
    pods,
    objects: await mapLimited(8, entries, (entry) => readObject(kube, entry, { registration, signal })),
  };
}

async function readObject(
  kube: Kube,
  entry: InventoryEntry,
  { registration, signal }: { readonly registration: string; readonly signal: AbortSignal },
): Promise<SiteObject> {
  const { id, app } = entry;
  const known = { id, app, isApplied: entry.applied !== null };
  const { group, kind, namespace, name } = parseObjectId(id);
  try {
    const resource = await kube.resource({ group, kind }, signal, versionOf(entry.apiVersion));
    const live = await kube.get({ resource, namespace, name }, signal);
    return { ...known, ...assess(live), doubt: doubtOf(live, entry, registration) };
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    const isGone = error.code === 'NOT_FOUND';
    return { ...known, health: isGone ? 'NotFound' : 'Unknown', message: isGone ? 'gone' : error.message, doubt: null };
  }
}

function doubtOf(live: KubeObject, entry: InventoryEntry, registration: string): string | null {
  if (entry.uid !== null && live.metadata.uid !== entry.uid) return 'another object has this name now';
  const owned = live.metadata.annotations?.[owner.registration] === registration;
  return owned ? null : 'without our owner annotation: never changed, never deleted';
}

interface Named {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

async function readOwn(kube: Kube, named: Named, signal: AbortSignal): Promise<KubeObject | null> {
  try {
    const { namespace, name } = named;
    return await kube.get({ resource: await kube.resource(named, signal), namespace, name }, signal);
  } catch (error) {
    if (isSluiceError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

function leaseOf(lease: KubeObject): SiteStatus['lease'] {
  const spec = (lease['spec'] ?? {}) as {
    readonly holderIdentity?: string;
    readonly renewTime?: string;
    readonly leaseDurationSeconds?: number;
  };
  return {
    holder: spec.holderIdentity ?? '',
    renewedAt: Date.parse(spec.renewTime ?? '') || 0,
    seconds: spec.leaseDurationSeconds ?? 15,
    words: readWords(lease.metadata.annotations?.[owner.says]),
  };
}

/** The pods of the agent's release in its namespace; null where they may not be listed, or there are none. */
async function agentPods(kube: Kube, namespace: string, signal: AbortSignal): Promise<readonly AgentPod[] | null> {
  const labelSelector = `${label.name}=${fieldManager},${label.appComponent}=agent`;
  try {
    const resource = await kube.resource({ group: '', kind: 'Pod' }, signal);
    const { items } = await kube.list(resource, { namespace, labelSelector, metadataOnly: false, signal });
    return items.length === 0 ? null : items.map(podOf);
  } catch (error) {
    if (isSluiceError(error, 'FORBIDDEN', 'KIND_UNKNOWN')) return null;
    throw error;
  }
}

function podOf(pod: KubeObject): AgentPod {
  const trouble = podTrouble(pod);
  const isRunning = trouble === null && stringAt(pod, 'status', 'phase') === 'Running';
  return { name: pod.metadata.name, isRunning, why: isRunning ? '' : (trouble ?? assess(pod).message) };
}
