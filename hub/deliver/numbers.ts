import { durationSeconds } from '../model/duration.ts';
import type { RolloutNumbers } from '../model/rollout.ts';

/** One wave as a rollout writes it. */
export type WaveNumbers = NonNullable<RolloutNumbers['waves']>[number];

/** The numbers that count for one wave: its own, else those of its rollout, else the defaults. */
export interface WaveSettings {
  readonly soakMs: number;
  readonly deadlineMs: number;
  readonly needsApproval: boolean;
  /** True where it may have no cluster. */
  readonly mayBeEmpty: boolean;
  readonly maxConcurrent: number | string | undefined;
  readonly maxFailed: number | string;
  readonly maxAbsent: number | string;
  readonly window: RolloutNumbers['window'];
  readonly spread: RolloutNumbers['spread'];
  readonly onFailure: 'halt' | 'rollback';
  readonly analysis: NonNullable<RolloutNumbers['analysis']>;
}

const defaultDeadlineMs = 15 * 60_000;

/** The numbers of a wave of a rollout; null = of a step without one, or of the clusters that no wave names. */
export function settingsOf(rollout: RolloutNumbers | null, wave: WaveNumbers | null): WaveSettings {
  const numbers: RolloutNumbers & Partial<WaveNumbers> = { ...rollout, ...wave };
  const { maxFailed = 0, maxAbsent = '100%', onFailure = 'halt', analysis = [] } = numbers;
  return {
    soakMs: durationMs(numbers.soak, 0),
    // As for agents, no time is none that was given: all would fail at once.
    deadlineMs: durationMs(numbers.progressDeadline, 0) || defaultDeadlineMs,
    needsApproval: numbers.approval === 'required',
    mayBeEmpty: numbers.allowEmpty === true,
    maxConcurrent: numbers.maxConcurrent,
    maxFailed,
    maxAbsent,
    window: numbers.window,
    spread: numbers.spread,
    onFailure,
    analysis,
  };
}

function durationMs(text: string | undefined, otherwise: number): number {
  const seconds = text === undefined ? null : durationSeconds(text);
  return seconds === null ? otherwise : seconds * 1000;
}

/** A size of `total` (`5`, `25%`), rounded up: where there is something, at least one. */
export function sizeOf(share: string | number, total: number): number {
  return Math.min(total, Math.ceil(amount(share, total)));
}

/** A budget of `total`, rounded down: `5%` of two clusters tolerates none. */
export function budgetOf(share: string | number, total: number): number {
  return Math.floor(amount(share, total));
}

function amount(share: string | number, total: number): number {
  const text = String(share);
  // Of percents in whole numbers, so that 7 % of 100 is 7.
  return text.endsWith('%') ? (Number(text.slice(0, -1)) * total) / 100 : Number(text);
}

const mostAtOnce = 100;

/** How many clusters of a wave may be in flight: as written, else a quarter of it, and 100 at most. */
export function concurrencyOf(share: string | number | undefined, total: number): number {
  const size = share === undefined ? Math.min(sizeOf('25%', total), mostAtOnce) : sizeOf(share, total);
  return Math.max(1, size);
}
