import { loadIdentity, peekKey, type SecretPlace } from '../identity/keys.ts';
import { openSite, parseSite } from '../site/site.ts';
import { assess } from '../health/assess.ts';
import { openStore } from '../inventory/store.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { InventoryEntry } from '../model/inventory.ts';
import type { Kube } from '../model/kube.ts';
import { mapLimited } from '../model/limited.ts';
import type { SiteObject, SiteStatus } from './status-text.ts';
import { isSluiceError } from '../../shared/errors.ts';
import { agentNames, owner } from '../../shared/model/names.ts';
import { parseObjectId, versionOf, type KubeObject } from '../../shared/model/object.ts';

/** Reads the state of this site from its own cluster: the state, the inventory, and every inventoried object as it is now. */
export async function readSiteStatus(
  kube: Kube,
  { namespace, cron }: { readonly namespace: string; readonly cron: AgentDeps['cron'] },
  signal: AbortSignal,
): Promise<SiteStatus> {
  const place: SecretPlace = { kube, namespace };
  const [identity, key, stored, site, lease, system] = await Promise.all([
    loadIdentity(place, signal),
    peekKey(place, signal),
    openStore(kube, namespace).load(signal),
    readOwn(kube, { group: '', kind: 'ConfigMap', name: agentNames.site, namespace }, signal),
    readOwn(kube, { group: 'coordination.k8s.io', kind: 'Lease', name: agentNames.lease, namespace }, signal),
    readOwn(kube, { group: '', kind: 'Namespace', name: 'kube-system', namespace: '' }, signal),
  ]);
  const registration = identity?.registration ?? '';
  const entries = [...stored.inventory.values()];
  return {
    identity,
    isEnrolled: key?.enrolled === true,
    state: stored.state,
    clusterUid: system?.metadata.uid ?? '',
    site: site === null ? openSite : parseSite((site['data'] ?? {}) as Record<string, string>, cron),
    lease: lease === null ? null : leaseOf(lease),
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
  };
}
