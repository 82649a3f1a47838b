import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleLimits } from '../../shared/model/limits.ts';
import { sizesIn } from './sizes.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { Problem } from '../model/source.ts';
import { waitingOn } from '../model/waiting-change.ts';
import { nameConflicts, overflow, overflowWords } from './conflicts.ts';
import { departuresNow } from './departures.ts';
import { dependantsOf } from './dependants.ts';
import { isSameApp, keptApp } from './kept-app.ts';
import type { Entry } from './entry.ts';
import { guard, type Guarded } from './guards.ts';
import { nextGeneration, previousRevision, type ClusterInput } from './input.ts';
import { appBehind, deliveriesBehind, findReleased, heldIds, retiresOf, type UnitRetire } from './retire.ts';
import { withAction } from './stepped.ts';

/** What admitting reads of one cluster. */
export type AdmitInput = Pick<
  ClusterInput,
  | 'state'
  | 'record'
  | 'labels'
  | 'rendered'
  | 'held'
  | 'departures'
  | 'directives'
  | 'takenBack'
  | 'again'
  | 'report'
  | 'sizes'
  | 'now'
  | 'format'
  | 'target'
  | 'asked'
>;

/** What a cluster is to run, and a hold for each unit that names, limits or guards keep from changing. */
export interface Admitted {
  readonly chosen: ReadonlyMap<string, Entry>;
  readonly retired: readonly ObjectId[];
  /** Ids that stay, and that the agent is to forget. */
  readonly forgotten: readonly ObjectId[];
  /** The delivery that a retired id goes back with, where that waited for an approval. */
  readonly behind: ReadonlyMap<ObjectId, string>;
  /** The approval that covers a retired id. */
  readonly approved: ReadonlyMap<ObjectId, Digest>;
  readonly holds: readonly FoundHold[];
  readonly sum: { readonly objects: number; readonly bytes: number };
}

/** What did not pass in the rounds before. */
interface Stopped {
  readonly holds: Map<string, FoundHold>;
  /** Units that go back all the same: of them the deletions alone wait. */
  readonly apart: Set<string>;
}

/**
 * Holds units back until the rest can be published: a held unit stays byte for byte as it was published, or out when it
 * never was. Of a unit that goes back behind a delivery a guard holds the deletions alone. Each round holds at least one more
 * unit, or sets one apart, so this ends. Pure.
 */
export function admit(input: AdmitInput): Admitted {
  const { holds, apart }: Stopped = { holds: new Map(), apart: new Set() };
  for (;;) {
    const round = tryRound(input, { holds, apart });
    const stopped = firstHolds(input.record.name, round);
    if (stopped.size === 0) {
      const { chosen, retires, approved, sum, forgotten } = round;
      const retired = retires.flatMap(({ ids }) => ids);
      const behind = deliveriesBehind(retires);
      return { chosen, retired, forgotten, approved, behind, holds: [...holds.values()], sum };
    }
    for (const [unit, hold] of stopped) {
      if (hold.by === 'guard' && goesBackAllTheSame(input, unit, round)) apart.add(unit);
      else holds.set(unit, hold);
    }
  }
}

/**
 * True for a unit that has content to go back to, on a cluster whose agent says what it keeps: what is not deleted then waits under the
 * name of the delivery.
 */
function goesBackAllTheSame({ takenBack, record }: AdmitInput, unit: string, { retires }: Round): boolean {
  if (!record.reports || takenBack?.has(unit) !== true) return false;
  return retires.some((one) => one.unit === unit && !one.isLeaving && !one.isEmptied);
}

/** The bundle as it would be without the units that are held, and what the guards say of its deletions. */
interface Round extends Guarded {
  readonly chosen: ReadonlyMap<string, Entry>;
  readonly before: ReadonlyMap<string, BundleApp>;
  readonly retires: readonly UnitRetire[];
  readonly forgotten: readonly ObjectId[];
  readonly departures: ClusterInput['departures'];
  readonly sum: ReturnType<typeof overflow>;
  readonly limits: BundleLimits;
}

function tryRound(input: AdmitInput, { holds, apart }: Stopped): Round {
  const before = entriesBefore(input);
  const chosen = choose(input, new Set([...input.held, ...holds.keys()]), before);
  const wanted = [...chosen.values()].map(({ app }) => app);
  const previous = previousRevision(input.state, input.record);
  const retires = retiresOf({ ...input, previous, wanted, apart }).filter(
    (one) => before.has(one.unit) || !holds.has(one.unit),
  );
  const { limits } = input.target;
  const departures = departuresNow(input.departures, chosen, before);
  return {
    chosen,
    before,
    retires,
    forgotten: findReleased(previous, wanted),
    departures,
    limits,
    sum: overflow(chosen, before, { limits, sizeOf: sizesIn(input) }),
    ...judge(input, departures, retires),
  };
}

/** Names first, then sizes, then guards: a guard must not stop a change that would not have been made. */
const checks = [nameHolds, limitHolds, dependantHolds, guardHolds] as const;

function firstHolds(cluster: string, round: Round): ReadonlyMap<string, FoundHold> {
  for (const check of checks) {
    const holds = check(cluster, round);
    if (holds.size > 0) return holds;
  }
  return new Map();
}

function nameHolds(cluster: string, { chosen, before }: Round): ReadonlyMap<string, FoundHold> {
  const taken = [...nameConflicts(chosen, before)].filter(([unit]) => chosen.get(unit)?.files != null);
  return new Map(
    taken.map(([app, { id, keeper }]) => {
      // What another stage or a guard holds may want the name no more.
      const isKept = chosen.get(keeper)?.files === null;
      const once = `this goes on by itself once ${keeper}, which stays as it was published now, changes or leaves`;
      const more = { app, cluster, hint: isKept ? once : 'rename one of the two' };
      return [app, holdOf('name', problem('NAME_TAKEN', `${id} belongs to ${keeper}`, more), { app, cluster })];
    }),
  );
}

function limitHolds(cluster: string, { sum, limits }: Round): ReadonlyMap<string, FoundHold> {
  const { unit: app } = sum;
  if (app === null) return new Map();
  const message = overflowWords(sum, limits);
  return new Map([[app, holdOf('limit', problem('LIMIT_EXCEEDED', message, { app, cluster }), { app, cluster })]]);
}

/** What others still need is refused, not approved: their objects would go without being named. */
function dependantHolds(cluster: string, { chosen, retires }: Round): ReadonlyMap<string, FoundHold> {
  const wanted = [...chosen.values()].flatMap(({ app }) => heldIds(app));
  const holds = retires.flatMap(({ unit, ids }) => {
    const needed = dependantsOf(ids, wanted);
    if (needed.length === 0) return [];
    const behind = appBehind({ unit });
    const app = unit === '' || behind !== null ? null : unit;
    const told = behind ?? app;
    const more = { ...(told === null ? {} : { app: told }), cluster, hint: 'remove those from the repository first' };
    const definitions = ids.filter((id) => dependantsOf([id], wanted).length > 0);
    const message = `${sample(definitions)} stays: ${needed.length} objects that are wanted would be deleted with it: ${sample(needed)}`;
    return [[unit, holdOf('guard', problem('PROTECTED_DELETE', message, more), { app, cluster })] as const];
  });
  return new Map(holds);
}

function guardHolds(cluster: string, { held, departures }: Round): ReadonlyMap<string, FoundHold> {
  return new Map(
    [...held].map(([unit, change]) => {
      const { code, ids, app, behind } = change;
      const more = { ...(app === null ? {} : { app }), cluster, hint: `sluice-hub approve ${change.change}` };
      const departure = departures.get(unit);
      if (code === 'MOVE_UNFINISHED') {
        const told = { ...problem(code, departure?.reason ?? '', more), severity: 'warning' } as const;
        const hint = `to give up what runs on ${cluster} now: ${more.hint}`;
        return [unit, holdOf('move', { ...told, hint }, { app, cluster, change })];
      }
      const deletes = `${ids.length} objects would be deleted: ${sample(ids)}`;
      const why = code === 'EMPTY_RENDER' && departure !== undefined ? `${departure.reason}; ` : '';
      const told = behind === undefined ? why : `it went back behind ${behind}, which brought them; `;
      // The application itself is where it was: nothing holds that.
      const held = behind === undefined ? app : null;
      return [unit, holdOf('guard', problem(code, told + deletes, more), { app: held, cluster, change })];
    }),
  );
}

function judge(
  { state, record, now }: AdmitInput,
  departures: ClusterInput['departures'],
  retires: readonly UnitRetire[],
): Guarded {
  const { name: cluster, registration } = record;
  return guard(retires, {
    channel: state.channel,
    registration,
    cluster,
    generation: nextGeneration({ state, record }),
    objects: previousRevision(state, record)?.bundle.objects ?? 0,
    departures,
    waiting: waitingOn(state.guarded, cluster),
    approvals: state.approvals,
    now,
  });
}

function choose(
  { rendered, labels, format, directives, asked }: AdmitInput,
  held: ReadonlySet<string>,
  before: ReadonlyMap<string, BundleApp>,
): Map<string, Entry> {
  const chosen = new Map<string, Entry>();
  for (const [unit, entry] of rendered) {
    if (held.has(unit)) continue;
    const last = before.get(unit);
    // The same content again keeps the commit that it first came from.
    chosen.set(unit, last !== undefined && isSameApp(last, entry.app) ? { app: last, files: entry.files } : entry);
  }
  for (const unit of held) {
    const last = before.get(unit);
    if (last === undefined) continue;
    const told = withAction(last, directives.get(unit));
    chosen.set(unit, { app: keptApp(told, labels, format, asked?.get(unit)), files: null });
  }
  return chosen;
}

function entriesBefore({ state, record }: AdmitInput): Map<string, BundleApp> {
  return new Map((state.bundles.get(record.name)?.revision.apps ?? []).map((app) => [appKey(app), app]));
}

function problem(code: Problem['code'], message: string, more: Partial<Problem>): Problem {
  return { code, message, severity: 'error', ...more };
}

function sample(ids: readonly ObjectId[]): string {
  const shown = ids.slice(0, 3).join(', ');
  return ids.length > 3 ? `${shown} and ${ids.length - 3} more` : shown;
}
