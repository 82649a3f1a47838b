import type { ProviderName } from '../../shared/model/traffic.ts';
import { inSlices, startSlices } from '../../shared/lib/slices.ts';
import type { AssignmentLists } from '../model/assignments.ts';
import type { Fleet, RevisionHistory, Target } from '../model/fleet.ts';
import type { Assignment, RenderedApp, RenderedFleet } from '../model/rendered.ts';
import type { Problem } from '../model/source.ts';
import { componentSources } from '../sources/list.ts';
import type { ComponentSource } from '../sources/source.ts';
import type { CueEngine } from '../cue/engine.ts';
import { renderRevisions, type Revisions } from './each-revision.ts';
import { settlingEverywhere, wantedIn, type Everywhere } from './everywhere.ts';
import { newRenderMemory, type RenderMemory } from './memory.ts';
import type { HasComponent, LiveOf } from './outputs.ts';
import { renderedIndex } from './rendered-index.ts';
import type { RevisionComponent } from './revision-component.ts';
import { areIdentical } from './round-memo.ts';
import { revisionsOf } from './settle.ts';
import { findingSharedRoutes, type SharedRoute } from './shared-routes.ts';
import { inDefinitions } from './template-place.ts';
import { providers as allProviders } from './traffic/providers/list.ts';
import type { ProviderRenderer } from './traffic/providers/provider.ts';
import { unitProblem } from './unit-problems.ts';
import { locatingUnits, type Located, type Unit } from './units.ts';
import { nowhere, writtenElsewhere, type Elsewhere } from './written-names.ts';

/** Everything that rendering depends on. */
export interface RenderInput {
  readonly fleet: Fleet;
  readonly history: RevisionHistory;
  readonly assignments: readonly Assignment[] | AssignmentLists;
  readonly targets: readonly Target[];
  /** The provider of a unit's traffic on a cluster now, by `unit cluster`: `auto` stays with it while it is offered. */
  readonly currentProviders?: ReadonlyMap<string, ProviderName>;
  /** The component sources there are (default: all of hub/sources). */
  readonly sources?: readonly ComponentSource[];
  /** The traffic providers there are, best first (default: all of traffic/providers). */
  readonly providers?: readonly ProviderRenderer[];
  /** What clusters told of the objects of a unit (default: nothing). */
  readonly liveOf?: LiveOf;
  /** True where a cluster has objects of a component of a unit (default: of none). */
  readonly hasComponent?: HasComponent;
}

/**
 * Renders every assigned unit for its clusters: the same input gives the same bytes. Never throws for the content
 * of a document. Results in `memory` that were made from identical input are used again.
 */
export async function render(
  cue: CueEngine,
  input: RenderInput,
  signal: AbortSignal,
  memory: RenderMemory = newRenderMemory(),
): Promise<RenderedFleet> {
  // What clusters tell is in none of it, or nothing is kept.
  const from = Object.entries({ ...input, liveOf: null, hasComponent: null }).flat();
  const before = memory.whole;
  if (before !== null && areIdentical(before.from, from)) return before.rendered;
  const { isLasting, rendered } = await renderAll(cue, input, { signal, memory });
  memory.whole = isLasting ? { from, rendered } : null;
  return rendered;
}

async function renderAll(
  cue: CueEngine,
  input: RenderInput,
  { signal, memory }: { readonly signal: AbortSignal; readonly memory: RenderMemory },
): Promise<{ readonly rendered: RenderedFleet; readonly isLasting: boolean }> {
  const { sources = componentSources, providers = allProviders, hasComponent = () => false } = input;
  const slices = startSlices();
  const former = new Map([...memory.everywhere].map(([key, { located }]) => [key, located]));
  const located = await inSlices(locatingUnits(input, former), slices);
  const wanted = new Map(located.flatMap((one) => [...wantedIn(one)]));
  const attempts = await renderRevisions({ cue, memory, sources, signal }, wanted);
  const revisions = inDefinitions(attempts, input.fleet.definitions);
  const elsewhere = elsewhereIn(located, revisions, memory);
  const all: Everywhere[] = [];
  for (const one of located) {
    const parts = { providers, elsewhere: elsewhere(one), hasComponent };
    const before = memory.everywhere.get(one.key);
    all.push(await inSlices(settlingEverywhere(one, revisions, { parts, before }), slices));
  }
  memory.revisions.endRound();
  const { apps, byCluster } = renderedIndex(all, memory);
  memory.byCluster = byCluster;
  memory.everywhere = new Map(all.map((one) => [one.located.key, one]));
  const shared = await inSlices(findingSharedRoutes(all.flatMap(({ leading }) => leading)), slices);
  const rendered = {
    apps,
    holds: all.flatMap(({ holds }) => holds),
    problems: [...all.flatMap(({ warnings }) => warnings), ...routeWarnings(shared, located)],
    asked: askedIn(all),
  };
  return { rendered, isLasting: all.every((one) => one.isLasting) };
}

/** The ids that other units of a cluster have, as they are written: the very same answers where those units are. */
function elsewhereIn(
  located: readonly Located[],
  revisions: Revisions,
  memory: RenderMemory,
): (one: Located) => Elsewhere {
  const from: unknown[] = [];
  const writing = new Set<Located>();
  for (const one of located) {
    const attempts = [...wantedIn(one).keys()].map((key) => revisions.get(key));
    if (!attempts.some((attempt) => attempt !== undefined && 'value' in attempt && writes(attempt.value))) continue;
    writing.add(one);
    if (unitsIn(one).some(({ deployment }) => deployment !== null)) from.push(one, ...attempts);
  }
  const { elsewhere: before } = memory;
  const isSame = before !== null && areIdentical(before.from, from);
  const units = isSame ? [] : [...writing].flatMap(unitsIn);
  const found = isSame ? before.found : writtenElsewhere(units, (unit) => revisionsOf(unit, revisions));
  memory.elsewhere = { from, found };
  return (one) => (writing.has(one) ? found : nowhere);
}

function unitsIn({ units }: Located): Unit[] {
  return [...units.values()].map(({ unit }) => unit);
}

function writes(components: readonly RevisionComponent[]): boolean {
  return components.some(({ written }) => written !== undefined);
}

function askedIn(all: readonly Everywhere[]): RenderedFleet['asked'] {
  const asked = new Map<string, Map<string, NonNullable<RenderedApp['observe']>>>();
  // What lasts stays as it was published nowhere.
  for (const { located, there } of all.filter(({ isLasting }) => !isLasting)) {
    for (const [cluster, { settled }] of there) {
      if (settled.asked === null) continue;
      const here = asked.get(cluster) ?? new Map<string, NonNullable<RenderedApp['observe']>>();
      asked.set(cluster, here.set(located.key, settled.asked));
    }
  }
  return asked;
}

function routeWarnings(shared: readonly SharedRoute[], located: readonly Located[]): readonly Problem[] {
  if (shared.length === 0) return [];
  const known = new Map(located.map(({ key, units }) => [key, units]));
  return shared.flatMap(({ app, cluster, message }) => {
    const there = known.get(app)?.get(cluster);
    if (there === undefined) return [];
    const hint = 'which of the two serves, the controller decides: change a host or path, or remove one';
    return [unitProblem(there.unit, { code: 'NAME_TAKEN', message, hint, path: ['metadata', 'name'] }, 'warning')];
  });
}
