import { freshnessKey } from '../../shared/wire/freshness.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { AgentState } from '../model/inventory.ts';
import type { Mode } from '../model/mode.ts';
import type { Hold } from '../model/site.ts';
import { startedBundle, type ChannelMemory } from './memory.ts';

/** What the mode of a pass is decided from. */
export interface ModeInput {
  readonly bundle: VerifiedBundle;
  readonly channel: Pick<ChannelMemory, 'bundle' | 'started' | 'fault'>;
  /** The state object, whose mark names the started bundle; null = it does not exist. */
  readonly state: Pick<AgentState, 'mark'> | null;
  readonly hold: Hold | null;
  /** Why nothing that begins could be recorded; null = it can. */
  readonly refusal: string | null;
  readonly isRestored: boolean;
  /** The inventory was lost, and made anew from live objects. */
  readonly isRebuilt: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What may be done with the accepted bundle: everything, or only the repair of what was applied; with or without deletions. The
 * first of these counts: the site's hold, a state object that cannot be written, a bundle that is not fresh, a restored cluster, a rebuilt inventory, a channel that cannot be read.
 */
export function decideMode(input: ModeInput): Mode {
  return { ...changesOf(input), steps: stepsOf(input) };
}

/** What deliveries that have begun may do: a closed window gates their start alone, and going back to what served is a repair. */
function stepsOf({ bundle, hold, refusal, now }: ModeInput): Mode['steps'] {
  if (refusal !== null) return 'none';
  const isHeldByHand = hold !== null && hold.isWindow !== true;
  return isHeldByHand || !isFresh(bundle, now) ? 'back' : 'move';
}

function changesOf(input: ModeInput): Omit<Mode, 'steps'> {
  const { bundle, hold } = input;
  const { fault } = input.channel;
  const isStarted = input.state?.mark?.revisionDigest === bundle.mark.revisionDigest;
  if (hold !== null) {
    const until = hold.until === null ? '' : ` until ${isoText(hold.until)}`;
    const reason = `held by the site${until}: ${hold.reason}${repairGap(input)}`;
    return { mayChange: false, stopDeletes: reason, hold: reason };
  }
  if (input.refusal !== null) {
    const reason = `${input.refusal}${repairGap(input)}`;
    return { mayChange: false, stopDeletes: reason, hold: reason };
  }
  if (!isFresh(bundle, input.now)) {
    const stale = `the bundle is not fresh${isStarted ? '' : repairGap(input)}`;
    return { mayChange: isStarted, stopDeletes: stale, hold: isStarted ? null : stale };
  }
  if (input.isRestored) {
    return { mayChange: true, stopDeletes: 'this cluster was restored or copied: nothing is deleted', hold: null };
  }
  if (input.isRebuilt) {
    const reason = 'its inventory was lost and made anew: nothing is deleted before the next generation';
    return { mayChange: true, stopDeletes: reason, hold: null };
  }
  return {
    mayChange: true,
    stopDeletes: fault === null ? null : `the channel cannot be read: ${fault.message}`,
    hold: null,
  };
}

/** True while the hub vouches for a bundle: until its own time, or that of a freshness list that names it. */
export function isFresh(bundle: VerifiedBundle, now: number): boolean {
  if (bundle.fresh && now <= Date.parse(bundle.revision.freshUntil)) return true;
  const list = bundle.freshness;
  if (list === null || now > Date.parse(list.freshUntil)) return false;
  return list.current.includes(freshnessKey(bundle.revision.registration, bundle.mark.revisionDigest));
}

/** What a held change keeps from being repaired: after a restart, the texts of the started bundle are not at hand. */
function repairGap({ channel, state }: ModeInput): string {
  const isFirst = (state?.mark ?? null) === null;
  if (isFirst || startedBundle(channel, state) !== null) return '';
  return ' (since a restart, drift of what the held change touches is not repaired)';
}

function isoText(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
