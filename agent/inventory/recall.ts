import { kubeFor, writerOf } from '../model/account.ts';
import type { Agent } from '../model/agent.ts';
import type { Stored } from '../model/inventory.ts';
import type { KubeResource } from '../model/kube.ts';
import { SluiceError } from '../../shared/errors.ts';
import { agentNames } from '../../shared/model/names.ts';
import { withoutUids } from './entries.ts';

const namespaces: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  verbs: ['get', 'create'],
  subresources: [],
};

/**
 * What the cluster remembers, read once and then kept: later calls ask nothing. In a cluster with another kube-system UID than the
 * recorded one (restored or copied), the recorded UIDs are void. Throws WRONG_ADDRESSEE when another registration's state is there.
 */
export async function recall(agent: Agent): Promise<Stored> {
  const { memory, deps, store, signal } = agent;
  if (memory.stored !== null) return memory.stored;
  memory.clusterUid ??= await clusterUid(agent);
  const stored = await store.load(signal);
  const { state } = stored;
  if (state !== null && state.registration !== deps.identity.registration) {
    throw new SluiceError('WRONG_ADDRESSEE', 'the state object belongs to another registration', {
      subject: agentNames.state,
      hint: 'uninstall the other agent, or delete its state object when that registration is gone',
    });
  }
  memory.stored = isElsewhere(agent, stored) ? { ...stored, inventory: withoutUids(stored.inventory) } : stored;
  return memory.stored;
}

/** Runs before deletions are decided: true in a restored cluster, until the hub publishes something newer than it remembers. */
export function isRestored(agent: Agent): boolean {
  const { stored, bundle } = agent.memory;
  if (stored === null) return false;
  if (isElsewhere(agent, stored)) return true;
  const since = stored.state?.restoredAt ?? null;
  return since !== null && (bundle?.mark.generation ?? 0) <= since;
}

function isElsewhere(agent: Agent, stored: Stored): boolean {
  return stored.state !== null && stored.state.clusterUid !== agent.memory.clusterUid;
}

async function clusterUid(agent: Agent): Promise<string> {
  const meta = await agent.kube.getMetadata({ resource: namespaces, namespace: '', name: 'kube-system' }, agent.signal);
  return meta.metadata.uid ?? '';
}

/**
 * Creates a namespace that is missing for an application, by who writes it, outside the inventory: it is never deleted. At most one
 * request at a time for each.
 */
export function ensureNamespace(agent: Agent, name: string, app: string): Promise<void> {
  const { memory, signal } = agent;
  const writer = writerOf(agent.deps.settings.impersonation, app);
  const key = writer.is === 'account' ? `${name} ${writer.user}` : name;
  const running = memory.namespaces.get(key);
  if (running !== undefined) return running;
  const made = kubeFor(agent, app)
    .post(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal)
    .then(() => undefined)
    .catch((error: unknown) => {
      if (!(error instanceof SluiceError) || !['OBJECT_EXISTS', 'CONFLICT'].includes(error.code)) throw error;
    })
    .finally(() => memory.namespaces.delete(key));
  memory.namespaces.set(key, made);
  return made;
}
