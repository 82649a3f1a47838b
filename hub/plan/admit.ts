import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { bundleLimits } from '../../shared/model/limits.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import type { Problem } from '../model/source.ts';
import { nameConflicts, overflow } from './conflicts.ts';
import type { Entry } from './entry.ts';
import { guard, type Guarded } from './guards.ts';
import { generationOf, previousOf, type ClusterInput } from './input.ts';
import { retireOf } from './retire.ts';

/** What a cluster is to run, and a hold for each unit that names, limits or guards keep from changing. */
export interface Admitted {
  readonly chosen: ReadonlyMap<string, Entry>;
  readonly retired: readonly ObjectId[];
  readonly approved: ReadonlyMap<ObjectId, Digest>;
  readonly holds: readonly FoundHold[];
  readonly sum: { readonly objects: number; readonly bytes: number };
}

/**
 * Holds back units until what is left can be published: a unit that is held stays byte for byte as it was published, or
 * out when it never was. Each round holds at least one more unit, so this ends.
 */
export function admit(input: ClusterInput): Admitted {
  const before = entriesBefore(input);
  const holds = new Map<string, FoundHold>();
  for (;;) {
    const chosen = choose(input, new Set([...input.held, ...holds.keys()]), before);
    const sum = overflow(chosen, before, sizeOf(input));
    const again = holds.has('') ? [] : input.again;
    const retires = retireOf(
      previousOf(input.state, input.record),
      [...chosen.values()].map(({ app }) => app),
      again,
    );
    const { held, approved } = judge(input, retires);
    const stopped = firstStopped(input, { chosen, before, sum, held });
    if (stopped.size === 0) {
      return {
        chosen,
        retired: retires.flatMap(({ ids }) => ids),
        approved,
        holds: [...holds.values()],
        sum,
      };
    }
    for (const [unit, hold] of stopped) holds.set(unit, hold);
  }
}

interface Round {
  readonly chosen: ReadonlyMap<string, Entry>;
  readonly before: ReadonlyMap<string, BundleApp>;
  readonly sum: ReturnType<typeof overflow>;
  readonly held: Guarded['held'];
}

// Names first, then sizes, then guards: a guard must not stop a change that would not have been made.
function firstStopped({ record }: ClusterInput, { chosen, before, sum, held }: Round): Map<string, FoundHold> {
  const cluster = record.name;
  const taken = [...nameConflicts(chosen, before)].filter(([unit]) => chosen.get(unit)?.files != null);
  if (taken.length > 0) {
    return new Map(
      taken.map(([app, { id, keeper }]) => {
        const more = { app, cluster, hint: 'rename one of the two' };
        return [app, holdOf('name', problem('NAME_TAKEN', `${id} belongs to ${keeper}`, more), { app, cluster })];
      }),
    );
  }
  if (sum.unit !== null) {
    const message = `the bundle would have ${sum.objects} objects and ${sum.bytes} bytes; the limits are ${bundleLimits.objects} and ${bundleLimits.bytes}`;
    const unit = { app: sum.unit, cluster };
    return new Map([[sum.unit, holdOf('limit', problem('LIMIT_EXCEEDED', message, unit), unit)]]);
  }
  return new Map(
    [...held].map(([unit, change]) => {
      const { code, ids } = change;
      const app = unit === '' ? null : unit;
      const more = { ...(app === null ? {} : { app }), cluster, hint: `sluice-hub approve ${change.change}` };
      const told = problem(code, `${ids.length} objects would be deleted: ${sample(ids)}`, more);
      return [unit, holdOf('guard', told, { app, cluster, change })];
    }),
  );
}

function judge({ state, record, now }: ClusterInput, retires: ReturnType<typeof retireOf>): Guarded {
  const { name: cluster, registration } = record;
  return guard(retires, {
    channel: state.channel,
    registration,
    cluster,
    generation: generationOf({ state, record }),
    objects: previousOf(state, record)?.bundle.objects ?? 0,
    waiting: state.guarded.filter((change) => change.cluster === cluster),
    approvals: state.approvals,
    now,
  });
}

function choose(
  { rendered }: ClusterInput,
  held: ReadonlySet<string>,
  before: ReadonlyMap<string, BundleApp>,
): Map<string, Entry> {
  const chosen = new Map<string, Entry>();
  for (const [unit, entry] of rendered) {
    if (held.has(unit)) continue;
    const last = before.get(unit);
    // The same content again keeps the commit that it first came from.
    chosen.set(unit, last?.digest === entry.app.digest ? { app: last, files: entry.files } : entry);
  }
  for (const unit of held) {
    const last = before.get(unit);
    if (last !== undefined) chosen.set(unit, { app: last, files: null });
  }
  return chosen;
}

function entriesBefore({ state, record }: ClusterInput): Map<string, BundleApp> {
  return new Map((state.bundles.get(record.name)?.revision.apps ?? []).map((app) => [appKey(app), app]));
}

function sizeOf({ state, record, sizes }: ClusterInput): (entry: Entry) => number {
  let known: ReadonlyMap<string, number> | null = null;
  return ({ app, files }) => {
    if (files !== null) return [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    const bundle = state.bundles.get(record.name);
    known ??= bundle === undefined ? new Map<string, number>() : sizes(bundle);
    return app.objects.reduce((sum, { path }) => sum + (known?.get(path) ?? 0), 0);
  };
}

function problem(code: Problem['code'], message: string, more: Partial<Problem>): Problem {
  return { code, message, severity: 'error', ...more };
}

function sample(ids: readonly ObjectId[]): string {
  const shown = ids.slice(0, 3).join(', ');
  return ids.length > 3 ? `${shown} and ${ids.length - 3} more` : shown;
}
