import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Work } from '../../shared/lib/slices.ts';
import { differingKeys, noteDiffering } from '../model/differing.ts';
import type { FoundHold } from '../model/hold.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { Problem } from '../model/source.ts';
import { revisionKeys, wantedRevisions, type Revisions } from './each-revision.ts';
import { areIdentical, createRoundMemo, type RoundMemo } from './round-memo.ts';
import { settle, warningsOf, type Settled, type SettleParts } from './settle.ts';
import { leadsHosts } from './shared-routes.ts';
import type { UnitOutcome } from './unit.ts';
import type { Located, Unit, UnitThere } from './units.ts';

/** What one unit is on all of its clusters, and what that was made from. */
export interface Everywhere {
  readonly located: Located;
  readonly from: readonly unknown[];
  /** What became of its revisions, by `revisionKey`. */
  readonly revisions: Revisions;
  readonly there: ReadonlyMap<string, SettledThere>;
  readonly contents: RoundMemo<UnitOutcome>;
  readonly apps: readonly RenderedApp[];
  readonly holds: readonly FoundHold[];
  readonly warnings: readonly Problem[];
  /** Of its applications, those that lead hosts. */
  readonly leading: readonly RenderedApp[];
  /** What failed is tried again with each pass, and so is what takes values that clusters tell: they may be others. */
  readonly isLasting: boolean;
}

/** What a unit is on one cluster. */
interface SettledThere {
  readonly at: UnitThere;
  readonly attempts: readonly unknown[];
  readonly settled: Settled;
  readonly warnings: readonly Problem[];
}

/** The revisions that a unit wants on its clusters. */
export const wantedIn = oncePerValue(({ units }: Located) =>
  wantedRevisions([...units.values()].map(({ unit }) => unit)),
);

/** What a unit costs beside its objects, and one that is as it was, in units of a slice. */
const [unitUnits, keptUnits] = [4, 0.1];

/** What a unit is on all of its clusters, as work: the very same where nothing of that changed, and else where something of it did. */
export function* settlingEverywhere(
  located: Located,
  revisions: Revisions,
  { parts, before }: { readonly parts: Omit<SettleParts, 'contents'>; readonly before: Everywhere | undefined },
): Work<Everywhere> {
  const from = [parts.elsewhere, parts.providers];
  const known = before !== undefined && areIdentical(before.from, from) ? before : null;
  const touched = known === null ? null : touchedClusters(known, located, revisions);
  if (known?.located === located && touched?.size === 0) return known;
  const contents = before?.contents ?? createRoundMemo<UnitOutcome>();
  const settling: Settling = { units: located.units, parts: { ...parts, contents }, came: cameOf(revisions) };
  const there = yield* settlingThere(settling, known?.there ?? noneThere, touched);
  endRound(contents, there);
  return { located, from, revisions: ownOf(located, revisions), there, contents, ...togetherOf(there) };
}

// What comes to other clusters later is the very same.
function endRound(contents: Everywhere['contents'], there: Everywhere['there']): void {
  for (const { settled } of there.values()) if (settled.content !== undefined) contents.get(settled.content, []);
  contents.endRound();
}

interface Settling extends Pick<Located, 'units'> {
  readonly parts: SettleParts;
  readonly came: Came;
}

/** What became of the revisions of a unit: the very same list for all clusters that have the same ones. */
interface Came {
  readonly revisions: Revisions;
  readonly attempts: (unit: Unit) => readonly unknown[];
}

function cameOf(revisions: Revisions): Came {
  const known = new Map<readonly (string | null)[], readonly unknown[]>();
  return {
    revisions,
    attempts: (unit) => {
      const keys = revisionKeys(unit);
      const attempts = known.get(keys) ?? keys.map((key) => (key === null ? null : revisions.get(key)));
      known.set(keys, attempts);
      return attempts;
    },
  };
}

const noneThere: Everywhere['there'] = new Map();

/** What a unit is on the clusters that are touched (null = on all), and what it was on the others. */
function* settlingThere(
  { units, parts, came }: Settling,
  kept: Everywhere['there'],
  touched: ReadonlySet<string> | null,
): Work<Everywhere['there']> {
  const there = new Map(touched === null ? [] : kept);
  for (const cluster of touched ?? units.keys()) {
    const [at, known] = [units.get(cluster), kept.get(cluster)];
    if (at === undefined) {
      there.delete(cluster);
      continue;
    }
    const now = settledThere(at, came, { known, parts });
    there.set(cluster, now);
    yield now === known ? keptUnits : unitUnits + (now.settled.app?.objects.length ?? 0);
  }
  if (touched !== null) noteDiffering(kept, there, touched);
  return there;
}

/** The clusters on which a unit may be another thing than before; null = that may be any. */
function touchedClusters(before: Everywhere, { units }: Located, revisions: Revisions): ReadonlySet<string> | null {
  if (!before.isLasting || ![...before.revisions].every(([key, attempt]) => revisions.get(key) === attempt))
    return null;
  const touched = differingKeys(before.located.units, units);
  // One that was not there has its place between the others.
  return [...touched].every((cluster) => before.there.has(cluster)) ? touched : null;
}

function settledThere(
  at: UnitThere,
  { revisions, attempts: attemptsOf }: Came,
  { known, parts }: { readonly known: SettledThere | undefined; readonly parts: SettleParts },
): SettledThere {
  const attempts = attemptsOf(at.unit);
  if (known?.at === at && isSettled(known) && areIdentical(known.attempts, attempts)) return known;
  const warnings = warningsOf(at.unit, revisions);
  return {
    at,
    attempts,
    settled: settle(at.unit, revisions, parts),
    warnings: warnings.length === 0 ? none : warnings,
  };
}

const none: readonly never[] = [];

function isSettled({ at, settled }: SettledThere): boolean {
  return !at.takesLive && settled.holds.every(({ by }) => by !== 'render');
}

function ownOf(located: Located, revisions: Revisions): Revisions {
  return new Map(
    [...wantedIn(located).keys()].flatMap((key) => {
      const attempt = revisions.get(key);
      return attempt === undefined ? [] : [[key, attempt] as const];
    }),
  );
}

type Together = Pick<Everywhere, 'apps' | 'holds' | 'warnings' | 'leading' | 'isLasting'>;

function togetherOf(there: Everywhere['there']): Together {
  const all = [...there.values()];
  const apps = all.flatMap(({ settled: { app } }) => app ?? []);
  return {
    apps,
    holds: all.flatMap(({ settled: { holds } }) => holds),
    warnings: all.flatMap(({ warnings }) => warnings),
    leading: apps.filter(({ objects }) => leadsHosts(objects)),
    isLasting: all.every(isSettled),
  };
}
