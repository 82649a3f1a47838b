import type { AppDelivery } from '../model/delivery.ts';
import type { Program } from '../workflow/program.ts';
import type { StepInput } from '../workflow/step.ts';
import type { KeptDelivery } from './kept-delivery.ts';
import type { MovePlan } from './moving.ts';
import type { WavesInput } from './standing.ts';
import type { StepWorld } from './step-run.ts';
import type { DeliveryUnit, Listening } from './unit.ts';

/** What documents say about a delivery beside their program: annotations of the document. */
export interface DeliveryWords {
  /** `sluice.dev/paused` */
  readonly paused: boolean;
  /** `sluice.dev/approved`, as it is written: `web#17[/STEP[/WAVE]]`. */
  readonly approved: string;
}

/** What advancing the delivery of one application reads. */
export interface ApplicationInput {
  readonly program: Program;
  readonly application: StepInput['application'];
  /** The revision that the documents say now. */
  readonly content: string;
  readonly record: AppDelivery | undefined;
  /** As of a delivery that begins. */
  readonly numberBefore?: number;
  readonly units: readonly DeliveryUnit[];
  readonly words: DeliveryWords;
  readonly localCluster: string | null;
  readonly listening: Listening;
  /** Why nothing may start in the whole fleet; null = it may. */
  readonly frozen: string | null;
  readonly window: WavesInput['window'];
  /** What steps ask of the world. */
  readonly world: StepWorld;
  /** As of a delivery that begins. */
  readonly remembers?: boolean;
  /** The units that were held in the pass before, by key. */
  readonly heldBefore: ReadonlySet<string>;
  /** How its steps move pods and traffic in clusters; absent = they move none. */
  readonly moves?: MovePlan;
  /** The earlier content that the documents say to go back to; absent = they say their own. */
  readonly instead?: string;
  /** What was found of it in the pass before; absent = nothing is kept. */
  readonly kept?: KeptDelivery;
}
