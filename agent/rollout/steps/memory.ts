import type { Digest } from '../../../shared/lib/canonical.ts';
import type { Position } from '../../model/delivery.ts';

/** When a delivery was looked at last, and whether time counted from then on. */
export interface Look {
  readonly at: number;
  readonly counts: boolean;
}

/** What the agent remembers of deliveries with steps between passes. */
export interface DeliveryMemory {
  readonly positions: Map<string, Position>;
  readonly looks: Map<string, Look>;
  /** Texts that were made of signed ones, by digest: they are made again after a restart. */
  readonly texts: Map<Digest, Uint8Array>;
}

/** The memory of an agent that has looked at no delivery yet. */
export function newDeliveryMemory(): DeliveryMemory {
  return { positions: new Map(), looks: new Map(), texts: new Map() };
}
