import type { Contents } from '../model/contents.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { AgentState, Store } from '../model/inventory.ts';
import type { Kept, KeptSeal } from '../model/kept.ts';
import { saidOf } from '../model/said.ts';
import type { TrustState, VerifiedBundle } from '../model/bundle.ts';
import { asSluiceError } from '../../shared/errors.ts';
import { startedBundle, type ChannelMemory } from './memory.ts';
import { trustState } from './trust.ts';

/** What restoring needs of the agent. */
export interface RestorePorts {
  readonly memory: { readonly channel: ChannelMemory };
  readonly store: { readonly kept: Pick<Store['kept'], 'load'> };
  readonly contents: Contents;
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
  const seal = state?.kept ?? null;
  if (state !== null && seal?.head != null && !isAtHand(channel, state, seal)) {
    const kept = await ports.store.kept.load(seal, ports.stop);
    if (kept === null) ports.deps.log.warn('what was kept of the state that runs is gone, or is not what was kept');
    else await takeKept(ports, kept, { state, seal });
  }
  channel.isRestored = true;
}

async function takeKept(
  ports: RestorePorts,
  kept: Kept,
  { state, seal }: { readonly state: AgentState; readonly seal: KeptSeal },
): Promise<void> {
  const { channel } = ports.memory;
  channel.served = kept.served;
  for (const [digest, bytes] of kept.files) ports.contents.put(digest, bytes);
  const isStarted = seal.revision === state.mark?.revisionDigest;
  if (isStarted && startedBundle(channel, state) !== null) return;
  const bundle = await verifyKept(ports, kept, { ...trustState(state, null), ...(!isStarted && { mark: null }) });
  if (bundle === null || bundle.mark.revisionDigest !== seal.revision) return;
  // A bundle from before the started one never starts again; what still runs of it is repaired.
  if (!isStarted) channel.earlier = bundle;
  else if (channel.bundle === null) channel.bundle = bundle;
  else channel.started = bundle;
}

function isAtHand(channel: ChannelMemory, state: AgentState, seal: KeptSeal): boolean {
  if (startedBundle(channel, state) === null) return false;
  return state.phase === 'settled' || (seal.served === 0 && seal.revision === state.mark?.revisionDigest);
}

/** The kept bundle, verified like one that was fetched; null where it cannot be trusted any more. */
async function verifyKept({ deps }: RestorePorts, kept: Kept, trust: TrustState): Promise<VerifiedBundle | null> {
  try {
    const bundle = await deps.verify(kept.snapshot, trust);
    deps.log.info('read what the cluster kept of a started bundle', { ...bundle.mark });
    return bundle;
  } catch (error) {
    const fault = asSluiceError(error);
    const words = 'the bundle that the cluster kept cannot be trusted any more';
    deps.log.warn(words, { code: fault.code, error: saidOf(fault) });
    return null;
  }
}
