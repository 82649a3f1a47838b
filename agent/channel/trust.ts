import type { TrustState, VerifiedBundle } from '../model/bundle.ts';
import type { AgentState } from '../model/inventory.ts';

/** What the next bundle is verified against: the highest of what the state object records and what was accepted since. */
export function trustState(state: AgentState | null, previous: VerifiedBundle | null): TrustState {
  const highest = (recorded = 0, seen = 0) => Math.max(recorded, seen);
  return {
    mark: state?.mark ?? null,
    rootVersion: highest(state?.rootVersion, previous?.rootVersion),
    timeFloor: highest(state?.timeFloor, previous?.issuedAt),
    previous,
  };
}

const hourMs = 3_600_000;

/** True for a bundle that was issued more than an hour ahead of this machine's clock (milliseconds since the epoch): accepted, and reported as `ClockSkew`. */
export function isAhead(issuedAt: number, now: number): boolean {
  return issuedAt > now + hourMs;
}
