import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Admission, Delivery, DeliveryDecision } from '../model/delivery.ts';
import type { EffectsKnown } from '../model/effect.ts';
import type { RolloutNumbers } from '../model/rollout.ts';
import type { Wave } from './members.ts';
import { partKey, partOf, type Given } from './parts.ts';
import type { WaveCounts } from './progress.ts';
import type { DeliveryUnit, Listening, UnitStanding, UnitState } from './unit.ts';

/** Whether a window is open, and until when it stays so (milliseconds since the epoch). */
export type WindowAt = (window: NonNullable<RolloutNumbers['window']>) => {
  readonly isOpen: boolean;
  readonly until: number | null;
};

/** What advancing the waves of one step reads. */
export interface WavesInput {
  readonly app: string;
  /** `web#17`. */
  readonly name: string;
  readonly step: { readonly name: string; readonly rollout: RolloutNumbers | null };
  /** Clusters at a time, where the step says so. */
  readonly parallelism: number | null;
  readonly delivery: Delivery;
  readonly waves: readonly Wave[];
  /** True where its topologies say that it may have no cluster. */
  readonly mayBeEmpty?: boolean;
  /** What each unit has of the content by now, where components come one after the other. */
  readonly given?: Given | undefined;
  readonly listening: Listening;
  /** Why nothing may start; null = it may. */
  readonly stopped: string | null;
  /** Approvals that stand in the documents: `STEP`, `STEP/WAVE`, or empty for all of this delivery. */
  readonly approved: readonly string[];
  readonly window: WindowAt;
  /** What became of what servers were asked; absent = nothing is known. */
  readonly effects?: EffectsKnown;
  /** How many steps of agents must be over for it; absent = all, and the content alone must run. */
  readonly goal?: number | null;
}

/** A unit of a step with where it stands. */
export interface StandingUnit {
  readonly unit: DeliveryUnit;
  readonly wave: string;
  readonly standing: UnitStanding;
  /** False for what joined after its wave began, or was not healthy before: its failure is not counted. */
  readonly counts: boolean;
  /** Of its step, and how many units its wave has. */
  readonly onFailure: 'halt' | 'rollback';
  readonly waveSize: number;
}

const newestIn = oncePerValue(
  (admitted: Delivery['admitted']): ReadonlyMap<string, Admission> =>
    new Map(admitted.flatMap((admission) => admission.units.map((unit) => [unit, admission] as const))),
);

/** The newest admission of each unit. */
export function admissionsOf({ admitted }: Pick<Delivery, 'admitted'>): ReadonlyMap<string, Admission> {
  return newestIn(admitted);
}

/** The newest admission of a unit, and what must be published for it; where components come one after the other, each step gives its own. */
export function givenTo(
  unit: DeliveryUnit,
  { delivery, step, given }: Pick<WavesInput, 'delivery' | 'step' | 'given'>,
): { readonly admission: Admission | null; readonly part?: string } {
  const newest = admissionsOf(delivery).get(unit.key) ?? null;
  if (given === undefined) return { admission: newest };
  const isOwn = delivery.admitted.some(
    ({ wave, units }) => wave.startsWith(`${step.name}/`) && units.includes(unit.key),
  );
  // What a later step gave has its time from then on.
  return { admission: isOwn ? newest : null, part: partKey(delivery.content, partOf(unit, given), given.objects) };
}

/** The decisions of one kind on a delivery, oldest first. */
export function decisionsOf(
  { decisions }: Pick<Delivery, 'decisions'>,
  verdict: DeliveryDecision['verdict'],
): readonly DeliveryDecision[] {
  return decisions.filter((decision) => decision.verdict === verdict);
}

/** Units by where they stand, each list in their order. */
type ByState = Readonly<Record<UnitState, readonly StandingUnit[]>>;

const states = ['waiting', 'admitted', 'suspect', 'done', 'failed', 'absent', 'held'] as const;
const groups = new WeakMap<readonly StandingUnit[], ByState>();

/** Some units by where they stand: very many are looked through once for all who ask for a few of them. */
export function byState(units: readonly StandingUnit[]): ByState {
  const known = groups.get(units);
  if (known !== undefined) return known;
  const found = byEach((): StandingUnit[] => []);
  for (const one of units) found[one.standing.state].push(one);
  groups.set(units, found);
  return found;
}

function byEach<T>(value: (state: UnitState) => T): Record<UnitState, T> {
  return Object.fromEntries(states.map((state) => [state, value(state)])) as Record<UnitState, T>;
}

/** Some lists of units as one. */
export function inOneList(lists: readonly (readonly StandingUnit[])[]): readonly StandingUnit[] {
  const [only = [], ...others] = lists.filter(({ length }) => length > 0);
  if (others.length === 0) return only;
  const all = lists.flat();
  groups.set(
    all,
    byEach((state) => lists.flatMap((list) => byState(list)[state])),
  );
  return all;
}

/** Those of some units that were given the content and are not done with it. */
export function inFlightOf(units: readonly StandingUnit[]): readonly StandingUnit[] {
  const { admitted, suspect } = byState(units);
  return [...admitted, ...suspect];
}

/** How many of some units are in each state. */
export function countsOf(units: readonly StandingUnit[]): WaveCounts {
  const { waiting, admitted, suspect, done, failed, absent, held } = byState(units);
  const inFlight = admitted.length + suspect.length;
  const others = { done: done.length, failed: failed.length, absent: absent.length, held: held.length };
  return { total: units.length, inFlight, waiting: waiting.length, ...others };
}

/** The clusters that a person left out of a delivery, and has not taken in again. */
export function leftOut({ decisions }: Pick<Delivery, 'decisions'>): ReadonlySet<string> {
  const own = decisions.filter(({ verdict }) => verdict === 'skip' || verdict === 'retry');
  const newest = new Map(own.map(({ cluster, verdict }) => [cluster, verdict]));
  return new Set(
    [...newest].flatMap(([cluster, verdict]) => (verdict === 'skip' && cluster !== undefined ? [cluster] : [])),
  );
}
