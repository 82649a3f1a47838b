import type { AgentDeps } from '../model/deps.ts';
import type { Contents } from '../model/contents.ts';
import type { NextState, Store } from '../model/inventory.ts';
import type { KeptSeal } from '../model/kept.ts';
import { saidOf } from '../model/said.ts';
import { asSluiceError, isSluiceError } from '../../shared/errors.ts';
import { baseOf, planKeep } from './keep-decide.ts';
import { filesToKeep, packBase, packHead, type Files, type ToKeep } from './kept.ts';
import type { InventoryMemory } from './memory.ts';

/** What keeping needs of the agent. */
export interface KeepPorts {
  readonly memory: { readonly inventory: InventoryMemory };
  readonly store: Pick<Store, 'kept'>;
  readonly contents: Contents;
  readonly deps: Pick<AgentDeps, 'clock' | 'log'>;
  readonly signal: AbortSignal;
}

type Started = Omit<ToKeep, 'contents'>;

/**
 * Keeps what an agent that starts anew needs to repair what runs, once for each bundle that starts. Answers the seal for the state
 * object; that of before where nothing new started, or where the cluster refuses it: a change does not wait for that.
 */
export async function keepStarted(ports: KeepPorts, started: Started, state: NextState): Promise<KeptSeal | undefined> {
  const { deps } = ports;
  const { inventory: memory } = ports.memory;
  const { revisionDigest } = started.bundle.mark;
  if (state.mark?.revisionDigest !== revisionDigest || state.kept?.revision === revisionDigest) return state.kept;
  if (memory.unkept !== null && memory.unkept.until > deps.clock.monotonic()) return state.kept;
  try {
    const seal = await keep(ports, started, state.kept);
    memory.unkept = null;
    return seal;
  } catch (error) {
    if (isSluiceError(error, 'LEASE_LOST', 'ABORTED')) throw error;
    refused(ports, error);
    return state.kept;
  }
}

async function keep(ports: KeepPorts, started: Started, before?: KeptSeal): Promise<KeptSeal> {
  const { store, contents, deps, signal } = ports;
  const { inventory } = ports.memory;
  const { bundle, served } = started;
  const files = filesToKeep({ ...started, contents });
  const facts = { revision: bundle.mark.revisionDigest, served: served.size };
  const nothing = () => store.kept.save(before, { ...facts, head: null, base: null }, signal);
  if (files.size === 0) return nothing();
  try {
    return await keepFiles(ports, { started, files, facts }, before);
  } catch (error) {
    if (!isSluiceError(error, 'LIMIT_EXCEEDED')) throw error;
    // What does not fit will not fit at the next attempt either.
    deps.log.warn(unkeptWords, { code: error.code, error: saidOf(error) });
    inventory.keptBase = null;
    return nothing();
  }
}

async function keepFiles(
  { memory: { inventory }, store, signal }: KeepPorts,
  {
    started,
    files,
    facts,
  }: { readonly started: Started; readonly files: Files; readonly facts: Pick<KeptSeal, 'revision' | 'served'> },
  before?: KeptSeal,
): Promise<KeptSeal> {
  // What a base has is known to the agent that wrote it alone.
  const known = inventory.keptBase?.sealed.digest === before?.base?.digest ? inventory.keptBase : null;
  const plan = planKeep(known, files);
  const base = plan.base !== null ? await packBase(plan.base) : plan.head === files ? null : (known?.sealed ?? null);
  const seal = await store.kept.save(before, { ...facts, head: await packHead(started, plan.head), base }, signal);
  if (seal.base === null) inventory.keptBase = null;
  else if (plan.base !== null) inventory.keptBase = baseOf(seal.base, plan.base);
  return seal;
}

const unkeptWords = 'what runs could not be kept in Secrets: after a restart without the hub it is not repaired';

/** It is tried again, and said the first time: repairs go on as long as this agent runs. */
function refused({ memory: { inventory: memory }, deps }: KeepPorts, error: unknown): void {
  const attempts = (memory.unkept?.attempts ?? -1) + 1;
  memory.unkept = { attempts, until: deps.clock.monotonic() + Math.min(300_000, 10_000 * 2 ** Math.min(attempts, 10)) };
  if (attempts > 0) return;
  const fault = asSluiceError(error);
  deps.log.warn(unkeptWords, {
    code: fault.code,
    error: saidOf(fault),
    hint: 'let the agent write the Secrets sluice-kept-* of its namespace',
  });
}
