import type { Delivery } from '../model/delivery.ts';
import type { ProgramStep } from '../workflow/program.ts';
import { areSame, changedAt } from './kept-list.ts';
import { wavesOf, type Wave } from './members.ts';
import { unitsOf } from './scope.ts';
import type { DeliveryUnit } from './unit.ts';

/** What tells which units are in the waves of a step. */
export interface MembersInput {
  readonly app: string;
  readonly step: ProgramStep;
  /** All of the application. */
  readonly units: readonly DeliveryUnit[];
  readonly localCluster: string | null;
  readonly begun: Delivery['waves'];
}

/** The waves of a step, and where each unit of the application is in them. */
export interface KeptMembers {
  readonly from: readonly unknown[];
  readonly units: readonly DeliveryUnit[];
  readonly waves: readonly Wave[];
  /** By the position of a unit: the number of its wave (-1 = it is in none), and its position there. */
  readonly waveOf: Int32Array;
  readonly placeIn: Int32Array;
}

/**
 * The waves of a step with the units that are in them now: the very same wave where it has the very same units. A unit stays in its
 * wave for as long as its cluster, its labels and its namespace are the same.
 */
export function membersNow(members: Map<string, KeptMembers>, input: MembersInput): readonly Wave[] {
  const { app, step, units, localCluster, begun } = input;
  const from = [app, step, localCluster, begun];
  const before = members.get(step.name);
  const changed = before !== undefined && areSame(before.from, from) ? changedAt(before.units, units) : null;
  const isKept = changed?.every((at) => isInPlace(before?.units[at], units[at])) === true;
  const kept =
    before !== undefined && changed !== null && isKept ? patched(before, units, changed) : found(input, from);
  members.set(step.name, kept);
  return kept.waves;
}

function isInPlace(before: DeliveryUnit | undefined, now: DeliveryUnit | undefined): boolean {
  return before?.cluster === now?.cluster && before?.target === now?.target && before?.labels === now?.labels;
}

function found({ app, step, units, localCluster, begun }: MembersInput, from: readonly unknown[]): KeptMembers {
  const waves = wavesOf(app, step, unitsOf(step, units, localCluster), begun);
  const [waveOf, placeIn] = [new Int32Array(units.length).fill(-1), new Int32Array(units.length)];
  // Each wave has its units in the order of all.
  const next = waves.map(() => 0);
  for (const [at, unit] of units.entries()) {
    const wave = waves.findIndex((one, index) => one.units[next[index] ?? 0] === unit);
    if (wave < 0) continue;
    waveOf[at] = wave;
    placeIn[at] = next[wave] ?? 0;
    next[wave] = (next[wave] ?? 0) + 1;
  }
  return { from, units, waves, waveOf, placeIn };
}

function patched(before: KeptMembers, units: readonly DeliveryUnit[], changed: readonly number[]): KeptMembers {
  const { waveOf, placeIn } = before;
  const byWave = Map.groupBy(changed, (at) => waveOf[at]);
  const waves = before.waves.map((wave, index) => {
    const own = byWave.get(index);
    if (own === undefined) return wave;
    const next = [...wave.units];
    for (const at of own) next[placeIn[at] ?? 0] = units[at] as DeliveryUnit;
    return { ...wave, units: next };
  });
  return { ...before, units, waves };
}
