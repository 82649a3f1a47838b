import type { AgentDeps } from '../model/deps.ts';
import type { AgentState, Store } from '../model/inventory.ts';
import type { Kept } from '../model/kept.ts';
import { saidOf } from '../model/said.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import { asSluiceError } from '../../shared/errors.ts';
import { startedBundle, type ChannelMemory } from './memory.ts';
import { trustState } from './trust.ts';

/** What restoring needs of the agent. */
export interface RestorePorts {
  readonly memory: { readonly channel: ChannelMemory };
  readonly store: { readonly kept: Pick<Store['kept'], 'load'> };
  readonly deps: Pick<AgentDeps, 'verify' | 'log'>;
  readonly stop: AbortSignal;
}

/**
 * After a restart, and once: reads what the cluster kept where the started bundle is not the one that was pulled, or the change to it
 * is not done. It is verified like one that was fetched; without a channel it is the accepted one. Where all is at hand and settled,
 * nothing is requested.
 */
export async function restoreStarted(ports: RestorePorts, state: AgentState | null): Promise<void> {
  const { channel } = ports.memory;
  if (channel.isRestored) return;
  const seal = state?.kept;
  if (state === null || seal === undefined || seal.parts.length === 0 || isAtHand(channel, state)) {
    channel.isRestored = true;
    return;
  }
  const kept = await ports.store.kept.load(seal, ports.stop);
  channel.isRestored = true;
  if (kept === null) {
    ports.deps.log.warn('what was kept of the state that runs is gone, or is not what was kept', { parts: seal.parts });
    return;
  }
  channel.served = kept.served;
  if (startedBundle(channel, state) !== null) return;
  const bundle = await verifyKept(ports, kept, state);
  if (bundle === null) return;
  if (channel.bundle === null) channel.bundle = bundle;
  else channel.started = bundle;
}

function isAtHand(channel: ChannelMemory, state: AgentState): boolean {
  const isDone = state.kept?.served === 0 || state.phase === 'settled';
  return isDone && startedBundle(channel, state) !== null;
}

/** The kept bundle where it is the one that the mark names; null where it cannot be trusted any more. */
async function verifyKept({ deps }: RestorePorts, kept: Kept, state: AgentState): Promise<VerifiedBundle | null> {
  try {
    const bundle = await deps.verify(kept.snapshot, trustState(state, null));
    if (bundle.mark.revisionDigest !== state.mark?.revisionDigest) return null;
    deps.log.info('took the started bundle from what the cluster kept', { ...bundle.mark });
    return bundle;
  } catch (error) {
    const fault = asSluiceError(error);
    const words = 'the bundle that the cluster kept cannot be trusted any more';
    deps.log.warn(words, { code: fault.code, error: saidOf(fault) });
    return null;
  }
}
