import type { Clock } from '../../shared/ports/clock.ts';
import type { ObjectStore } from '../model/objects.ts';
import type { HubKeys } from '../keys/types.ts';
import type { NextBundle } from '../model/bundle.ts';
import type { Store } from '../model/store.ts';

/** What publishing works with. */
export interface PublishDeps {
  readonly store: Store;
  readonly channel: ObjectStore;
  readonly keys: HubKeys;
  readonly clock: Pick<Clock, 'now'>;
  /** Makes sure that ledger and channel are what their Git hosts have, as of `maxAgeMs` ago at most; nothing where there are none. */
  readonly confirm?: (maxAgeMs?: number) => Promise<void>;
  /** Milliseconds that a signature stays fresh, at least an hour (default: 72 hours). */
  readonly freshMs?: number;
  /** Given the bundles of a commit once it counts: who serves their files need not read them again. */
  readonly onCommit?: (next: readonly NextBundle[]) => void;
  /** Called with the name of each step just before it is done: tests stop there. */
  readonly onStep?: (step: string) => void;
}

const hour = 3_600_000;

/** How long signatures stay fresh, in milliseconds (channel.md). */
export const freshFor = 72 * hour;

/** A list is signed again when less than two thirds of its time are left, spread over a twelfth, each at its own moment. */
export function renewal(freshMs: number): { readonly below: number; readonly spread: number } {
  return { below: (freshMs * 2) / 3, spread: freshMs / 12 };
}

/** An instant of the wire. */
export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
