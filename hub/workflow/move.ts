import type { DeliveryStep } from '../../shared/wire/revision.ts';
import type { Application } from '../model/documents.ts';

/** A step of agents that moves pods and traffic. */
export type ScaleStep = Extract<DeliveryStep, { readonly type: 'scale' }>;

/** Which content of a component serves and which one comes, counted from the first that there was. */
export interface CopyNumbers {
  readonly serving: number;
  readonly coming: number;
}

/** What a step is turned into steps of agents from. */
export interface MoveInput {
  readonly application: Application;
  /** Null = nothing of the component serves: names of targets are not looked at. */
  readonly numbers: (component: string) => CopyNumbers | null;
  /** The steps of agents before it. */
  readonly before: readonly ScaleStep[];
  /** How many batches the whole program makes of the pods, where no trait says it. */
  readonly batches: number;
}

/** Steps of agents, or why there are none. */
export type Moves = { readonly steps: readonly ScaleStep[] } | { readonly fault: string };
