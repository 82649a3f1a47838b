import type { Digest } from '../../../shared/lib/canonical.ts';
import type { Position } from '../../model/delivery.ts';
import type { AnalysisSamples } from './analysis.ts';

/** When a delivery was looked at last, and whether time counted from then on. */
export interface Look {
  readonly at: number;
  readonly counts: boolean;
}

/** What the agent remembers of deliveries with steps between passes. */
export interface DeliveryMemory {
  readonly positions: Map<string, Position>;
  readonly looks: Map<string, Look>;
  /** Samples of the analysis that is under way, by application. */
  readonly analyses: Map<string, { readonly key: string; readonly samples: AnalysisSamples }>;
  /** Texts that were made of signed ones, by digest: they are made again after a restart. */
  readonly texts: Map<Digest, Uint8Array>;
}

/** The memory of an agent that has looked at no delivery yet. */
export function newDeliveryMemory(): DeliveryMemory {
  return { positions: new Map(), looks: new Map(), analyses: new Map(), texts: new Map() };
}
