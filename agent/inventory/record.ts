import type { Contents } from '../model/contents.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { AgentState, Inventory, NextState, Store, Stored } from '../model/inventory.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { ServedObject } from '../model/served.ts';
import type { Mode } from '../model/mode.ts';
import type { Positions } from '../model/delivery.ts';
import { saidOf } from '../model/said.ts';
import type { Identity } from '../model/site.ts';
import type { Recording } from './decide.ts';
import { keepStarted } from './keep.ts';
import { deletionTime } from './deletion-time.ts';
import type { InventoryMemory } from './memory.ts';
import { asSluiceError, SluiceError, type Code } from '../../shared/errors.ts';
import { agentNames } from '../../shared/model/names.ts';
import { deletionWindowMs } from '../../shared/model/limits.ts';
import type { ObjectId } from '../../shared/model/object.ts';

/** What recording needs of the agent. */
export interface RecordPorts {
  readonly memory: { readonly inventory: InventoryMemory };
  readonly store: Store;
  readonly contents: Contents;
  readonly deps: Pick<AgentDeps, 'identity' | 'clock' | 'settings' | 'log'>;
  readonly signal: AbortSignal;
}

/** What a whole pass records. */
export interface RecordFacts {
  readonly bundle: VerifiedBundle;
  /** Contents of older bundles that still serve. */
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
  /** Where it may not change, the bundle does not start: the mark stays. */
  readonly mode: Pick<Mode, 'mayChange'>;
  readonly isRestored: boolean;
  /** A lost inventory was made anew: what it has is deleted by a later generation at the earliest. */
  readonly isRebuilt: boolean;
  /** How far deliveries with steps are. */
  readonly positions?: Positions;
}

/** How long creations may go unrecorded while stages follow each other; until then their nonces prove them. */
const checkpointMs = 2_000;

/**
 * Moves the state object to what a pass is about to do, or did: new shards, then one compare-and-swap. Writes nothing when
 * nothing is new. Throws CONFLICT when another agent moved it.
 */
export async function record(
  ports: RecordPorts,
  facts: RecordFacts,
  recording: Omit<Recording, 'isNew'>,
): Promise<Stored> {
  const { store, deps, signal } = ports;
  const { inventory: memory } = ports.memory;
  const from = memory.stored ?? { state: null, resourceVersion: null, inventory: new Map() };
  const cluster = { ...deps.identity, clusterUid: memory.clusterUid ?? '' };
  const moment = { now: deps.clock.now(), monotonic: deps.clock.monotonic() };
  const now = deletionTime(memory, from.state?.deletions ?? [], moment);
  // The next pass reads it again when this fails: another agent may have moved it.
  memory.stored = null;
  const next = nextState(from.state, { ...facts, ...recording, cluster, now });
  const kept = recording.isEnd === true ? await keepStarted(ports, facts, next) : next.kept;
  const state = kept === undefined ? next : { ...next, kept };
  memory.stored = await store.save(from, { state, inventory: recording.inventory }, signal).catch((error: unknown) => {
    throw refused(ports, error);
  });
  memory.refusal = null;
  for (const id of recording.deletions) memory.counted.add(id);
  memory.recordedAt = deps.clock.monotonic();
  return memory.stored;
}

/**
 * Records what is about to begin. Where that is refused, something of ours may be what refuses it: `unblock` removes what may go
 * anyway, and the refusal ends this pass; the next one records. Nothing is created or changed without a record.
 */
export async function recordStart(
  ports: RecordPorts,
  facts: RecordFacts,
  start: Recording,
  unblock: () => Promise<unknown>,
): Promise<void> {
  try {
    await record(ports, facts, start);
  } catch (error) {
    await unblock();
    throw error;
  }
}

/** What says nothing of the writing itself: a lost race, a lost Lease, the end of the agent. */
const passing: ReadonlySet<Code> = new Set(['CONFLICT', 'LEASE_LOST', 'ABORTED']);

/** Remembers a refusal: until it is tried again, what was recorded before is repaired, and nothing begins. */
function refused({ memory: { inventory: memory }, deps }: RecordPorts, error: unknown): SluiceError {
  const fault = unwritable(error, deps.settings.namespace);
  if (passing.has(fault.code)) return fault;
  const attempts = (memory.refusal?.attempts ?? -1) + 1;
  const until = deps.clock.monotonic() + Math.min(30_000, 500 * 2 ** Math.min(attempts, 10));
  memory.refusal = { message: saidOf(fault), attempts, until };
  return fault;
}

/** Says whose writing was refused; what the server said of it stays, without the names of shards, which change each time. */
function unwritable(error: unknown, namespace: string): SluiceError {
  const fault = asSluiceError(error);
  if (passing.has(fault.code)) return fault;
  const words = fault.message.replace(new RegExp(`${agentNames.inventoryPrefix}[0-9a-f]+`, 'g'), 'an inventory part');
  return new SluiceError(
    fault.code,
    `the agent cannot write its own state: ${words}`,
    {
      subject: `ConfigMaps ${namespace}/${agentNames.state} and ${namespace}/${agentNames.inventoryPrefix}*`,
      hint: 'find what refuses them (a quota, a webhook, a policy, a missing right) and let them through',
    },
    fault,
  );
}

/** Records an inventory in the middle of an apply, where the last recording is long ago. */
export function checkpoint(ports: RecordPorts, facts: RecordFacts): (inventory: Inventory) => Promise<void> {
  return async (inventory) => {
    if (ports.deps.clock.monotonic() - ports.memory.inventory.recordedAt <= checkpointMs) return;
    await record(ports, facts, { inventory, phase: 'applying', deletions: new Set() });
  };
}

/** What the next state object is decided from. */
export interface StateChange extends Omit<RecordFacts, 'served'>, Pick<Recording, 'phase' | 'deletions'> {
  readonly cluster: Pick<Identity, 'channel' | 'registration' | 'cluster'> & { readonly clusterUid: string };
  /** The time that deletions are counted in. */
  readonly now: number;
}

/** The state object after a change; the store adds the names of its shards. */
export function nextState(state: AgentState | null, change: StateChange): NextState {
  const { bundle, now } = change;
  const { mayChange } = change.mode;
  const { channel, registration, cluster, clusterUid } = change.cluster;
  const { deliveries, ...old } = state === null ? firstState : withoutShards(state);
  const isNewMark = mayChange && old.mark?.revisionDigest !== bundle.mark.revisionDigest;
  return {
    ...old,
    channel,
    registration,
    cluster,
    clusterUid,
    mark: mayChange ? bundle.mark : old.mark,
    phase: change.phase,
    timeFloor: isNewMark ? Math.max(old.timeFloor, bundle.issuedAt) : old.timeFloor,
    rootVersion: Math.max(old.rootVersion, bundle.rootVersion),
    deletions: deletionsOf(old, { count: change.deletions.size, isNewMark, now }),
    ...restoredAt(old, change.isRestored),
    ...rebuiltAt(old, change),
    ...leftOf(change),
    ...positionsIn(deliveries, change),
  };
}

function positionsIn(before: Positions = {}, { positions = before }: StateChange): Pick<NextState, 'deliveries'> {
  return Object.keys(positions).length === 0 ? {} : { deliveries: positions };
}

const firstState: NextState = {
  channel: '',
  registration: '',
  cluster: '',
  clusterUid: '',
  mark: null,
  phase: 'applying',
  timeFloor: 0,
  rootVersion: 0,
  deletions: [],
  reportSequence: 0,
};

/** The shards follow from the inventory, the format from the store that writes it. */
function withoutShards(state: AgentState): NextState {
  const rest: Partial<AgentState> = { ...state };
  delete (rest as { shards?: unknown }).shards;
  delete (rest as { format?: unknown }).format;
  delete (rest as { left?: unknown }).left;
  return rest as NextState;
}

/** The deletions that still count; old ones are dropped only when something is written anyway. */
function deletionsOf(
  old: NextState,
  { count, isNewMark, now }: { readonly count: number; readonly isNewMark: boolean; readonly now: number },
): NextState['deletions'] {
  const recent =
    count > 0 || isNewMark ? old.deletions.filter((one) => one.at > now - deletionWindowMs) : old.deletions;
  return count === 0 ? recent : [...recent, { at: now, count }];
}

/** A cluster has left once the bundle that says so is settled; one that is let in again has not. */
function leftOf({ bundle, mode, phase }: StateChange): Pick<NextState, 'left'> {
  const { decommission } = bundle.revision;
  return decommission !== undefined && mode.mayChange && phase === 'settled' ? { left: decommission } : {};
}

function rebuiltAt(old: NextState, { bundle, isRebuilt }: StateChange): Pick<NextState, 'rebuiltAt'> {
  if (!isRebuilt) return old.rebuiltAt === undefined ? {} : { rebuiltAt: old.rebuiltAt };
  return { rebuiltAt: old.rebuiltAt ?? bundle.mark.generation };
}

function restoredAt(old: NextState, isRestored: boolean): Pick<NextState, 'restoredAt'> {
  if (!isRestored) return old.restoredAt === undefined ? {} : { restoredAt: old.restoredAt };
  return { restoredAt: old.restoredAt ?? old.mark?.generation ?? 0 };
}
