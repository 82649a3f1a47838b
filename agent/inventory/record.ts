import type { Agent } from '../model/agent.ts';
import type { Inventory, NextState, Stored } from '../model/inventory.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { ObjectId } from '../../shared/model/object.ts';

/** What is recorded of a pass. */
export interface Recording {
  readonly bundle: VerifiedBundle;
  readonly inventory: Inventory;
  readonly phase: 'settled' | 'applying';
  /** False = the bundle is not started: the mark stays. */
  readonly mayChange: boolean;
  readonly isRestored: boolean;
  /** Deletions that begin now and count. */
  readonly deletions: ReadonlySet<ObjectId>;
}

const day = 24 * 3_600_000;

/** Moves the recorded state to what a pass is about to do, or did: new shards, then one compare-and-swap. Writes nothing when nothing is new. */
export async function record(agent: Agent, recording: Recording): Promise<Stored> {
  const { memory, store, deps } = agent;
  const from = memory.stored ?? { state: null, resourceVersion: null, inventory: new Map() };
  const state = nextState(agent, recording);
  // The next load is a fresh one when this fails: somebody else may have moved the state.
  memory.stored = null;
  const stored = await store.save(from, { state, inventory: recording.inventory }, agent.signal);
  memory.stored = stored;
  for (const id of recording.deletions) memory.counted.add(id);
  memory.recordedAt = deps.clock.monotonic();
  return stored;
}

function nextState(agent: Agent, recording: Recording): NextState {
  const { deps, memory } = agent;
  const { bundle, mayChange, isRestored, deletions } = recording;
  const old = memory.stored?.state ?? null;
  const now = deps.clock.now();
  const isNewMark = mayChange && old?.mark?.revisionDigest !== bundle.mark.revisionDigest;
  const kept = old?.deletions ?? [];
  const recent = deletions.size > 0 || isNewMark ? kept.filter((one) => one.at > now - day) : kept;
  const restoredAt = isRestored ? (old?.restoredAt ?? old?.mark?.generation ?? null) : null;
  return {
    channel: deps.identity.channel,
    registration: deps.identity.registration,
    cluster: deps.identity.cluster,
    clusterUid: memory.clusterUid ?? '',
    mark: mayChange ? bundle.mark : (old?.mark ?? null),
    phase: recording.phase,
    timeFloor: isNewMark ? Math.max(old?.timeFloor ?? 0, bundle.issuedAt) : (old?.timeFloor ?? 0),
    rootVersion: Math.max(old?.rootVersion ?? 0, bundle.rootVersion),
    deletions: deletions.size === 0 ? recent : [...recent, { at: now, count: deletions.size }],
    reportSequence: old?.reportSequence ?? 0,
    ...(restoredAt === null ? {} : { restoredAt }),
  };
}
