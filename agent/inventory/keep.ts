import type { AgentDeps } from '../model/deps.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { NextState, Store } from '../model/inventory.ts';
import type { KeptSeal } from '../model/kept.ts';
import type { ServedObject } from '../model/served.ts';
import { saidOf } from '../model/said.ts';
import { asSluiceError, isSluiceError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { packKept } from './kept.ts';
import type { InventoryMemory } from './memory.ts';

/** What keeping needs of the agent. */
export interface KeepPorts {
  readonly memory: { readonly inventory: InventoryMemory };
  readonly store: Pick<Store, 'kept'>;
  readonly deps: Pick<AgentDeps, 'clock' | 'log'>;
  readonly signal: AbortSignal;
}

/**
 * Keeps what an agent that starts anew needs to repair what runs, before the state object says that a bundle starts. Answers the seal
 * for the state object; that of before where nothing new starts, or where the cluster refuses it: a change does not wait for that.
 */
export async function keepStarted(
  ports: KeepPorts,
  started: { readonly bundle: VerifiedBundle; readonly served: ReadonlyMap<ObjectId, ServedObject> },
  state: NextState,
): Promise<KeptSeal | undefined> {
  const { store, deps, signal } = ports;
  const { inventory: memory } = ports.memory;
  const { revisionDigest: revision } = started.bundle.mark;
  const before = state.kept;
  if (state.mark?.revisionDigest !== revision || before?.revision === revision) return before;
  if (memory.unkept !== null && memory.unkept.until > deps.clock.monotonic()) return before;
  try {
    const { bundle, served } = started;
    const bytes = await packKept(bundle, served);
    const nothing = { revision, digest: digestOf(''), parts: [], served: 0 };
    const seal =
      bytes === null ? nothing : await store.kept.save(before, { revision, bytes, served: served.size }, signal);
    memory.unkept = null;
    return seal;
  } catch (error) {
    if (isSluiceError(error, 'LEASE_LOST', 'ABORTED')) throw error;
    refused(ports, error);
    return before;
  }
}

/** It is tried again, and said the first time: repairs go on as long as this agent runs. */
function refused({ memory: { inventory: memory }, deps }: KeepPorts, error: unknown): void {
  const attempts = (memory.unkept?.attempts ?? -1) + 1;
  memory.unkept = { attempts, until: deps.clock.monotonic() + Math.min(300_000, 10_000 * 2 ** Math.min(attempts, 10)) };
  if (attempts > 0) return;
  const fault = asSluiceError(error);
  const words = 'what runs could not be kept in Secrets: after a restart without the hub it is not repaired';
  deps.log.warn(words, {
    code: fault.code,
    error: saidOf(fault),
    hint: 'let the agent write the Secrets sluice-kept-* of its namespace',
  });
}
