import type { DeliveryPhase, StepPhaseName } from '../model/delivery.ts';

/** How many units of a wave are in each state. */
export interface WaveCounts {
  readonly total: number;
  readonly done: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly failed: number;
  readonly absent: number;
  readonly held: number;
}

/** Where a wave stands. */
export interface WaveProgress extends WaveCounts {
  readonly name: string;
  readonly phase: 'pending' | 'running' | 'waiting' | 'halted' | 'passed';
  /** What it waits for; empty = nothing but its clusters. */
  readonly waits: string;
  /** The command that goes on; null = none is needed. */
  readonly todo: string | null;
  /** True where an approval lets it begin. */
  readonly asks: boolean;
}

/** Where a step stands; a group has steps of its own. */
export interface StepProgress {
  readonly name: string;
  readonly type: string;
  readonly phase: StepPhaseName;
  readonly message: string;
  /** True where it moves pods and traffic inside clusters. */
  readonly moves: boolean;
  /** True where it may wait for a person. */
  readonly asks: boolean;
  /** The names of its waves that begin once a person approves; known before the step begins, too. */
  readonly wavesToApprove: readonly string[];
  readonly waves: readonly WaveProgress[];
  readonly steps: readonly StepProgress[];
}

/** A unit that is worth a line, and why. */
export interface UnitLine {
  readonly unit: string;
  readonly reason: string;
}

/** Where the delivery of an application stands, as the newest reports show it. */
export interface DeliveryProgress {
  readonly app: string;
  /** `web#17`. */
  readonly name: string;
  readonly content: string;
  readonly stable: string | null;
  /** `halted` and `paused`: it runs, and starts nothing more until something changes. */
  readonly phase: DeliveryPhase | 'halted' | 'paused';
  /** The content that waits until it has ended; null = none does. */
  readonly next: string | null;
  readonly attempt: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly reason: string;
  readonly steps: readonly StepProgress[];
  /** What it waits for, and what to do about it. */
  readonly waits: string;
  readonly todo: string | null;
  /** What waits for a decision now: `STEP` or `STEP/WAVE`. */
  readonly asks: readonly string[];
  readonly failed: readonly UnitLine[];
  readonly absent: readonly UnitLine[];
  readonly held: readonly UnitLine[];
  /** Units whose agents go through steps, and where they are. */
  readonly inSteps: readonly UnitLine[];
  readonly back: readonly UnitLine[];
  readonly counts: WaveCounts;
}

/** Where deliveries stood at the end of the last pass of this process; null before the first one. */
export interface ProgressMemory {
  last: ReadonlyMap<string, DeliveryProgress> | null;
}
