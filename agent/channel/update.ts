import type { Agent, Mode } from '../model/agent.ts';
import type { VerifiedBundle } from '../model/bundle.ts';
import type { TrustState } from '../model/deps.ts';
import type { Hold } from '../model/site.ts';
import { asSluiceError } from '../../shared/errors.ts';
import { freshnessKey } from '../../shared/wire/freshness.ts';
import { bundleObjects } from '../../shared/wire/bundle.ts';

/**
 * Fetches and verifies what is new in the channel, when something may be. Answers the bundle to go by: the new one, or the last
 * good one; null when there was never one. A fault is remembered, never thrown: it says nothing about what should run.
 */
export async function accept(agent: Agent): Promise<VerifiedBundle | null> {
  const { memory, deps } = agent;
  if (!memory.isPullDue) return memory.bundle;
  memory.isPullDue = false;
  try {
    const pulled = await deps.transport.pull(have(memory.bundle), agent.stop);
    if (pulled.kind === 'changed') {
      const bundle = await deps.verify(pulled.snapshot, trust(agent));
      if (bundle.mark.revisionDigest !== memory.bundle?.mark.revisionDigest) {
        deps.log.info('accepted a bundle', { ...bundle.mark, fresh: bundle.fresh });
      }
      memory.marked = startedBundle(agent);
      memory.bundle = bundle;
    }
    memory.channelFault = null;
    memory.pullFailures = 0;
  } catch (error) {
    if (agent.stop.aborted) return memory.bundle;
    const fault = asSluiceError(error);
    memory.pullFailures += 1;
    // What was refused must be fetched and refused again: "unchanged" would read as if all were well.
    if (fault.exitCode === 8 || fault.code === 'LIMIT_EXCEEDED') deps.transport.reset();
    if (memory.channelFault?.code !== fault.code) {
      deps.log.warn('the channel gave nothing to believe', { code: fault.code, error: fault.message });
    }
    memory.channelFault = { code: fault.code, message: fault.message };
  }
  return memory.bundle;
}

/**
 * The bundle that the mark names, whose state may be repaired while a newer one waits: the accepted one, or the one before it when
 * it is still at hand. Null when neither is, as after a restart.
 */
export function startedBundle({ memory }: Agent): VerifiedBundle | null {
  const digest = memory.stored?.state?.mark?.revisionDigest;
  const { bundle, marked } = memory;
  // What was started needs nothing older.
  if (bundle?.mark.revisionDigest === digest) memory.marked = null;
  return [bundle, marked].find((one) => one !== null && one.mark.revisionDigest === digest) ?? null;
}

/** What may be done with the bundle now: everything, or only the repair of what was applied; with or without deletions. */
export function decideMode(agent: Agent, hold: Hold | null, isRestored: boolean): Mode {
  const { memory, deps } = agent;
  const { bundle } = memory;
  if (bundle === null) return { mayChange: false, stopDeletes: 'no bundle was accepted yet', hold: null };
  const isMarked = memory.stored?.state?.mark?.revisionDigest === bundle.mark.revisionDigest;
  const isStale = !isFresh(bundle, deps.clock.now());
  if (hold !== null) {
    const until = hold.until === null ? '' : ` until ${isoText(hold.until)}`;
    const reason = `held by the site${until}: ${hold.reason}${repairGap(agent)}`;
    return { mayChange: false, stopDeletes: reason, hold: reason };
  }
  if (isStale) {
    const stale = `the bundle is not fresh${isMarked ? '' : repairGap(agent)}`;
    return { mayChange: isMarked, stopDeletes: stale, hold: isMarked ? null : stale };
  }
  if (isRestored) {
    return { mayChange: true, stopDeletes: 'this cluster was restored or copied: nothing is deleted', hold: null };
  }
  const fault = memory.channelFault;
  return {
    mayChange: true,
    stopDeletes: fault === null ? null : `the channel cannot be read: ${fault.message}`,
    hold: null,
  };
}

/** What a change that waits keeps from being repaired: the text of what runs is lost with a restart. */
function repairGap(agent: Agent): string {
  const isKnown = startedBundle(agent) !== null || (agent.memory.stored?.state?.mark ?? null) === null;
  return isKnown ? '' : ' (since a restart, drift of what the held change touches is not repaired)';
}

/** True while the hub's word for a bundle holds: its own time, or that of a freshness list that names it. */
export function isFresh(bundle: VerifiedBundle, now: number): boolean {
  if (bundle.fresh && now <= Date.parse(bundle.revision.freshUntil)) return true;
  const list = bundle.freshness;
  if (list === null || now > Date.parse(list.freshUntil)) return false;
  return list.current.includes(freshnessKey(bundle.revision.registration, bundle.mark.revisionDigest));
}

function isoText(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

function have(bundle: VerifiedBundle | null) {
  if (bundle === null) return null;
  const objects = new Set(bundleObjects(bundle.revision).map((object) => object.digest));
  return { revisionDigest: bundle.mark.revisionDigest, objects };
}

function trust(agent: Agent): TrustState {
  const state = agent.memory.stored?.state;
  const previous = agent.memory.bundle;
  const highest = (recorded = 0, seen = 0) => Math.max(recorded, seen);
  return {
    mark: state?.mark ?? null,
    rootVersion: highest(state?.rootVersion, previous?.rootVersion),
    timeFloor: highest(state?.timeFloor, previous?.issuedAt),
    previous,
  };
}
