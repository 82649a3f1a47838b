import type { Agent } from '../model/agent.ts';
import type { AgentState, Inventory, NextState, Stored } from '../model/inventory.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import { deletionWindowMs } from '../../shared/model/limits.ts';
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

/** Moves the recorded state to what a pass is about to do, or did: new shards, then one compare-and-swap. Writes nothing when nothing is new. */
export async function record(agent: Agent, recording: Recording): Promise<Stored> {
  const { memory, store, deps } = agent;
  const state = nextState(agent, recording);
  const from = memory.stored ?? { state: null, resourceVersion: null, inventory: new Map() };
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
  const { bundle, mayChange } = recording;
  const old = remembered(agent);
  const isNewMark = mayChange && old.mark?.revisionDigest !== bundle.mark.revisionDigest;
  const { channel, registration, cluster } = deps.identity;
  return {
    ...old,
    channel,
    registration,
    cluster,
    clusterUid: memory.clusterUid ?? '',
    mark: mayChange ? bundle.mark : old.mark,
    phase: recording.phase,
    timeFloor: isNewMark ? Math.max(old.timeFloor, bundle.issuedAt) : old.timeFloor,
    rootVersion: Math.max(old.rootVersion, bundle.rootVersion),
    deletions: deletionsOf(old, recording, isNewMark, deps.clock.now()),
    ...restoredAt(old, recording.isRestored),
  };
}

function remembered(agent: Agent): NextState {
  const state = agent.memory.stored?.state ?? null;
  if (state === null) return beginning(agent);
  // The shards follow from the inventory, the format from who writes.
  const rest: Partial<AgentState> = { ...state };
  delete (rest as { shards?: unknown }).shards;
  delete (rest as { format?: unknown }).format;
  return rest as NextState;
}

function beginning(agent: Agent): NextState {
  const { channel, registration, cluster } = agent.deps.identity;
  return {
    channel,
    registration,
    cluster,
    clusterUid: '',
    mark: null,
    phase: 'applying',
    timeFloor: 0,
    rootVersion: 0,
    deletions: [],
    reportSequence: 0,
  };
}

/** The deletions that still count; old ones are dropped only when something is written anyway. */
function deletionsOf(old: NextState, recording: Recording, isNewMark: boolean, now: number): NextState['deletions'] {
  const { size } = recording.deletions;
  const recent = size > 0 || isNewMark ? old.deletions.filter((one) => one.at > now - deletionWindowMs) : old.deletions;
  return size === 0 ? recent : [...recent, { at: now, count: size }];
}

function restoredAt(old: NextState, isRestored: boolean): Pick<NextState, 'restoredAt'> {
  if (!isRestored) return old.restoredAt === undefined ? {} : { restoredAt: old.restoredAt };
  return { restoredAt: old.restoredAt ?? old.mark?.generation ?? 0 };
}
