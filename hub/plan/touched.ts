import { isEqual } from '../../shared/lib/equal.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { differingKeys } from '../model/differing.ts';
import { keepsContent, type FoundHold } from '../model/hold.ts';
import { renderedByCluster } from '../model/rendered-on.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { PlanState } from './input.ts';

type Held = Pick<FoundHold, 'app' | 'cluster' | 'by'>;

/** What clusters are told of their units, by cluster and unit: JSON values. */
type Told = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** All that a plan reads of clusters, one mapping for each kind of fact, by cluster. */
export interface FleetInput {
  readonly state: Pick<PlanState, 'channel' | 'epoch' | 'clusters' | 'bundles'>;
  readonly labels: ReadonlyMap<string, Labels>;
  readonly reports: ReadonlyMap<string, unknown>;
  readonly rendered: readonly RenderedApp[];
  readonly holds: readonly Held[];
  readonly directives: Told;
  readonly takenBack?: Told;
  readonly asked?: ReadonlyMap<string, unknown>;
  readonly published: ReadonlyMap<string, unknown>;
  readonly signAgain: ReadonlySet<string>;
}

/** What the fleet was when it was planned last. */
interface Planned {
  readonly input: FleetInput;
  /** The clusters that came not to rest with that: they got a bundle, or something of them waits. */
  readonly open: ReadonlySet<string>;
}

/** The last plan of a fleet; null before the first one. */
export interface PlanMemory {
  last: Planned | null;
}

/**
 * The clusters of which a plan may come to something: those that came not to rest with the last one, and those of which something is
 * another value since. All others were planned from the very same, and nothing came of it. Null = that may be any. Pure.
 */
export function touchedClusters({ last }: PlanMemory, now: FleetInput): ReadonlySet<string> | null {
  if (last === null || now.state.channel !== last.input.state.channel || now.state.epoch !== last.input.state.epoch) {
    return null;
  }
  const { input: before, open } = last;
  const held = heldBetween(before.holds, now.holds);
  if (held === null) return null;
  const touched = new Set([...open, ...held]);
  for (const [former, present] of mappingsOf(before, now))
    for (const name of differingKeys(former, present)) touched.add(name);
  for (const name of toldIn(before, now).flatMap(toldOtherwise)) touched.add(name);
  // These are made anew with each pass, and few clusters have any.
  for (const one of [before, now]) {
    for (const named of [one.asked ?? none, one.published, one.signAgain]) {
      for (const name of named.keys()) touched.add(name);
    }
  }
  return touched;
}

const none: ReadonlyMap<string, unknown> = new Map();

const nothing: Told = new Map();

type ToldThen = readonly [before: Told, now: Told];

function toldIn(before: FleetInput, now: FleetInput): readonly ToldThen[] {
  return [
    [before.directives, now.directives],
    [before.takenBack ?? nothing, now.takenBack ?? nothing],
  ];
}

/** The clusters that are told another thing than before: it is made anew with each pass, and a delivery may tell very many the same. */
function toldOtherwise([before, now]: ToldThen): readonly string[] {
  const isSame = (name: string): boolean => {
    const [former, present] = [before.get(name), now.get(name)];
    if (former === undefined || present === undefined || former.size !== present.size) return false;
    return [...present].every(([unit, told]) => isEqual(told, former.get(unit)));
  };
  const gone = [...before.keys()].filter((name) => !now.has(name));
  return [...gone, ...[...now.keys()].filter((name) => !isSame(name))];
}

type Mappings = readonly [before: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>];

function mappingsOf(before: FleetInput, now: FleetInput): readonly Mappings[] {
  return [
    [before.state.clusters, now.state.clusters],
    [before.state.bundles, now.state.bundles],
    [before.labels, now.labels],
    [before.reports, now.reports],
    [renderedByCluster(before.rendered), renderedByCluster(now.rendered)],
  ];
}

const nowhere: ReadonlySet<string> = new Set();

/** The clusters on which other units are held than before; null = that may be any. */
function heldBetween(before: readonly Held[], now: readonly Held[]): ReadonlySet<string> | null {
  // A delivery may hold very many, and most often all of them are the very same as before.
  if (before.length === now.length && before.every((hold, index) => hold === now[index])) return nowhere;
  const [former, present] = [new Set(before), new Set(now)];
  const ended = namesOf(before.filter((hold) => !present.has(hold)));
  const begun = namesOf(now.filter((hold) => !former.has(hold)));
  const other = [...ended, ...begun].filter(([key]) => !ended.has(key) || !begun.has(key));
  const clusters = other.map(([, { cluster }]) => cluster);
  return clusters.includes(null) ? null : new Set(clusters.filter((cluster) => cluster !== null));
}

function namesOf(holds: readonly Held[]): ReadonlyMap<string, Held> {
  return new Map(holds.filter(keepsContent).map((hold) => [`${hold.app ?? ''} ${hold.cluster ?? ''}`, hold]));
}
