import type { ProviderName } from '../../shared/model/traffic.ts';
import { internalProblem } from '../model/internal-problem.ts';
import type { Fleet, RevisionHistory, Target } from '../model/fleet.ts';
import type { FoundHold } from '../model/hold.ts';
import type { Assignment, RenderedApp, RenderedFleet } from '../model/rendered.ts';
import { inSlices, mapping, startSlices } from '../../shared/lib/slices.ts';
import type { Problem } from '../model/source.ts';
import { componentSources } from '../sources/list.ts';
import type { ComponentSource } from '../sources/source.ts';
import type { CueEngine } from '../cue/engine.ts';
import type { RenderFault } from '../model/fault.ts';
import { clusterValues } from './cluster-values.ts';
import { renderRevisions, revisionKey, type Revisions } from './each-revision.ts';
import { newRenderMemory, type RenderMemory } from './memory.ts';
import { removedOn } from './refusals.ts';
import type { RevisionComponent } from './revision-component.ts';
import { findingSharedRoutes, type SharedRoute } from './shared-routes.ts';
import { providers as allProviders } from './traffic/providers/list.ts';
import type { ProviderRenderer } from './traffic/providers/provider.ts';
import { takesLive, type HasComponent, type LiveOf } from './outputs.ts';
import { inDefinitions } from './template-place.ts';
import { partProblem, unitProblem } from './unit-problems.ts';
import { renderUnit, type UnitOutcome, type UnitRevision } from './unit.ts';
import { isShared, ofCluster, unitFacts } from './unit-facts.ts';
import { findingUnits, type Part, type Unit } from './units.ts';
import { withheldIn } from './withheld.ts';
import { writtenElsewhere, type Elsewhere } from './written-names.ts';

/** Everything that rendering depends on. */
export interface RenderInput {
  readonly fleet: Fleet;
  readonly history: RevisionHistory;
  readonly assignments: readonly Assignment[];
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
  const isSame = before?.from.length === from.length && before.from.every((value, index) => value === from[index]);
  if (isSame) return before.rendered;
  const { takesReports, ...rendered } = await renderAll(cue, input, { signal, memory });
  // What failed is tried again with each pass, and so is what takes values that clusters tell: they may be others.
  const isLasting = !takesReports && rendered.holds.every(({ by }) => by !== 'render');
  memory.whole = isLasting ? { from, rendered } : null;
  return rendered;
}

async function renderAll(
  cue: CueEngine,
  input: RenderInput,
  { signal, memory }: { readonly signal: AbortSignal; readonly memory: RenderMemory },
): Promise<RenderedFleet & { readonly takesReports: boolean }> {
  const { sources = componentSources, providers = allProviders, hasComponent = () => false } = input;
  const slices = startSlices();
  const units = await inSlices(findingUnits(input), slices);
  const attempts = await renderRevisions({ cue, memory, sources, signal }, units);
  const revisions = inDefinitions(attempts, input.fleet.definitions);
  const elsewhere = writtenElsewhere(units, (unit) => revisionsOf(unit, revisions));
  const apps: RenderedApp[] = [];
  const holds: FoundHold[] = [];
  const asked = new Map<string, ReadonlyMap<string, NonNullable<RenderedApp['observe']>>>();
  for (const unit of units) {
    await slices.spend(unitUnits);
    const settled = settle(unit, revisions, { memory, providers, elsewhere, hasComponent });
    await slices.spend(settled.app?.objects.length ?? 0);
    holds.push(...settled.holds);
    if (settled.app !== null) apps.push(settled.app);
    const { name: cluster } = unit.target;
    if (settled.asked !== null) asked.set(cluster, new Map([...(asked.get(cluster) ?? []), [unit.key, settled.asked]]));
  }
  memory.revisions.endRound();
  memory.contents.endRound();
  memory.units.endRound();
  const warnings = await inSlices(
    mapping(units, warningUnits, (unit) => warningsOf(unit, revisions)),
    slices,
  );
  const shared = await inSlices(findingSharedRoutes(apps), slices);
  const takesReports = units.some(({ parts }) => parts.some(({ record }) => takesLive(record)));
  return { apps, holds, problems: [...warnings.flat(), ...routeWarnings(shared, units)], asked, takesReports };
}

/** What becomes of a unit: what it is to have, why not, and what is to be reported while it stays as it is. */
interface Settled {
  readonly app: RenderedApp | null;
  readonly holds: readonly FoundHold[];
  readonly asked: NonNullable<RenderedApp['observe']> | null;
}

function settle(unit: Unit, revisions: Revisions, { hasComponent, ...parts }: UnitParts & Hears): Settled {
  const unversioned = unversionedPart(unit);
  if (unversioned !== null) return { app: null, holds: [unitHold(unit, 'agent', [unversioned])], asked: null };
  const broken = unit.parts.flatMap((part) => faultsOf(part, unit, revisions));
  if (broken.length > 0) return { app: null, holds: [unitHold(unit, 'render', broken)], asked: null };
  const { app, faults, warning } = catchInternal(unit, revisions, parts);
  const problem = warning === null ? null : unitProblem(unit, { ...warning, path: ['spec', 'traffic'] }, 'warning');
  const waiting = problem === null ? [] : [unitHold(unit, 'capability', [problem])];
  if (app === null) {
    const problems = faults.map((fault) => unitProblem(unit, fault, 'error'));
    return { app, holds: [unitHold(unit, 'render', problems), ...waiting], asked: null };
  }
  const withheld = withheldIn(unit, revisions, hasComponent);
  if (withheld === null) return { app, holds: waiting, asked: null };
  const holds = [unitHold(unit, withheld.by, withheld.problems), ...waiting];
  return withheld.by === 'agent' ? { app: null, holds, asked: app.observe ?? [] } : { app, holds, asked: null };
}

interface Hears {
  readonly hasComponent: HasComponent;
}

function routeWarnings(shared: readonly SharedRoute[], units: readonly Unit[]): readonly Problem[] {
  if (shared.length === 0) return [];
  const known = new Map(units.map((unit) => [`${unit.key} ${unit.target.name}`, unit]));
  return shared.flatMap(({ app, cluster, message }) => {
    const unit = known.get(`${app} ${cluster}`);
    if (unit === undefined) return [];
    const hint = 'which of the two serves, the controller decides: change a host or path, or remove one';
    return [unitProblem(unit, { code: 'NAME_TAKEN', message, hint, path: ['metadata', 'name'] }, 'warning')];
  });
}

// Its content stays until the agent has reported, which needs no commit.
function unversionedPart(unit: Unit): Problem | null {
  const { name } = unit.target;
  const part = unit.parts.find(({ record }) => clusterValues(record, unit.target) === null);
  if (part === undefined) return null;
  const message = `a template asks for the version of Kubernetes, which the agent of ${name} has not reported yet`;
  const hint = 'it is rendered once the agent reports; sluice-hub status shows whether it runs';
  return { ...partProblem(unit, part, { code: 'UNAVAILABLE', message, hint, path: [] }, 'warning'), cluster: name };
}

/** What a unit costs beside its objects, and what looking for its warnings costs, in units of a slice. */
const [unitUnits, warningUnits] = [4, 0.2];

function unitHold(
  unit: Unit,
  by: 'render' | 'capability' | 'agent' | 'input',
  problems: readonly Problem[],
): FoundHold {
  return { app: unit.key, cluster: unit.target.name, by, reason: problems[0]?.message ?? '', problems };
}

interface UnitParts {
  readonly memory: RenderMemory;
  readonly providers: readonly ProviderRenderer[];
  readonly elsewhere: Elsewhere;
}

// An internal error in one unit must not stop the others.
function catchInternal(unit: Unit, rendered: Revisions, parts: UnitParts): UnitOutcome {
  try {
    return outcomeOf(unit, rendered, parts);
  } catch (error) {
    const { key, target } = unit;
    const bug = internalProblem(error, `${key} cannot be rendered for ${target.name}`);
    return { app: null, warning: null, faults: [{ ...bug, path: [] }] };
  }
}

function outcomeOf(unit: Unit, rendered: Revisions, { memory, providers, ...parts }: UnitParts): UnitOutcome {
  const { namespace, name, into, source, target } = unit;
  const deployment = unit.deployment?.doc ?? null;
  const revisions = revisionsOf(unit, rendered);
  const elsewhere = parts.elsewhere(unit, revisions);
  const content = `${unit.key}\n${unitFacts({ target, deployment, revisions, elsewhere })}`;
  const known = memory.contents.get(content, []);
  const here = `${unit.key} ${target.name}`;
  if (known === undefined) {
    const made = renderUnit({ namespace, name, into, source, target, deployment, revisions, elsewhere }, providers);
    if (isShared(made)) memory.contents.set(content, [], made);
    return made;
  }
  const before = memory.units.get(here, [known, source]);
  const outcome = before ?? ofCluster(known, target.name, source);
  if (before === undefined) memory.units.set(here, [known, source], outcome);
  return outcome;
}

function revisionsOf(unit: Unit, revisions: Revisions): UnitRevision[] {
  return unit.parts.flatMap((part) => {
    const attempt = revisions.get(revisionKey(unit, part));
    return attempt !== undefined && 'value' in attempt ? [{ ...part, components: attempt.value }] : [];
  });
}

function faultsOf(part: Part, unit: Unit, revisions: Revisions): readonly Problem[] {
  const attempt = revisions.get(revisionKey(unit, part));
  if (attempt === undefined) return [];
  const revision = `${unit.namespace}/${part.record.name}`;
  const faults = 'faults' in attempt ? attempt.faults : attempt.value.flatMap((one) => removedFrom(one, unit.target));
  return faults.map((fault) => ({ ...partProblem(unit, part, fault, 'error'), revision }));
}

function removedFrom({ removed = [] }: RevisionComponent, { kubernetes }: Target): readonly RenderFault[] {
  return removedOn(removed, kubernetes);
}

function warningsOf(unit: Unit, revisions: Revisions): readonly Problem[] {
  return unit.parts.flatMap((part) => {
    const attempt = revisions.get(revisionKey(unit, part));
    const warnings =
      attempt !== undefined && 'value' in attempt ? attempt.value.flatMap((one) => one.warnings ?? []) : [];
    return warnings.map((fault) => partProblem(unit, part, fault, 'warning'));
  });
}
