import type { ProviderName } from '../../shared/model/traffic.ts';
import { internalProblem } from '../model/internal-problem.ts';
import type { Fleet, RevisionHistory, Target } from '../model/fleet.ts';
import type { FoundHold } from '../model/hold.ts';
import type { Assignment, RenderedApp } from '../model/rendered.ts';
import { inSlices, mapping, startSlices } from '../../shared/lib/slices.ts';
import type { Place, Problem } from '../model/source.ts';
import { componentSources } from '../sources/list.ts';
import type { ComponentSource } from '../sources/source.ts';
import type { CueEngine } from '../cue/engine.ts';
import type { RenderFault } from '../model/fault.ts';
import { clusterValues } from './cluster-values.ts';
import { renderRevisions, revisionKey, type Revisions } from './each-revision.ts';
import { newRenderMemory, type RenderMemory } from './memory.ts';
import { removedOn } from './refusals.ts';
import type { RevisionComponent } from './revision.ts';
import { findingSharedRoutes, type SharedRoute } from './shared-routes.ts';
import { providers as allProviders } from './traffic/providers/list.ts';
import type { ProviderRenderer } from './traffic/providers/provider.ts';
import { renderUnit, type UnitOutcome, type UnitRevision } from './unit.ts';
import { isShared, ofCluster, unitFacts } from './unit-facts.ts';
import { findingUnits, type Part, type Unit } from './units.ts';
import { pathInDocument, withWords } from './variant.ts';
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
}

/** The rendered units, one entry for each cluster, and a hold for each unit that failed, or whose traffic waits there. */
export interface RenderedFleet {
  readonly apps: readonly RenderedApp[];
  readonly holds: readonly FoundHold[];
  /** Warnings: they hold nothing. */
  readonly problems: readonly Problem[];
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
  const { sources = componentSources, providers = allProviders } = input;
  const slices = startSlices();
  const units = await inSlices(findingUnits(input), slices);
  const revisions = await renderRevisions({ cue, memory, sources, signal }, units);
  const elsewhere = writtenElsewhere(units, (unit) => revisionsOf(unit, revisions));
  const apps: RenderedApp[] = [];
  const holds: FoundHold[] = [];
  for (const unit of units) {
    await slices.spend(unitUnits);
    const unversioned = unversionedPart(unit);
    if (unversioned !== null) {
      holds.push(unitHold(unit, 'agent', [unversioned]));
      continue;
    }
    const broken = unit.parts.flatMap((part) => faultsOf(part, unit, revisions));
    if (broken.length > 0) {
      holds.push(unitHold(unit, 'render', broken));
      continue;
    }
    const { app, faults, warning } = catchInternal(unit, revisions, { memory, providers, elsewhere });
    await slices.spend(app?.objects.length ?? 0);
    if (app !== null) apps.push(app);
    else {
      const problems = faults.map((fault) => unitProblem(unit, fault, 'error'));
      holds.push(unitHold(unit, 'render', problems));
    }
    if (warning !== null) {
      const fault = { ...warning, path: ['spec', 'traffic'] };
      holds.push(unitHold(unit, 'capability', [unitProblem(unit, fault, 'warning')]));
    }
  }
  memory.revisions.endRound();
  memory.contents.endRound();
  memory.units.endRound();
  const warnings = await inSlices(
    mapping(units, warningUnits, (unit) => warningsOf(unit, revisions)),
    slices,
  );
  const shared = await inSlices(findingSharedRoutes(apps), slices);
  return { apps, holds, problems: [...warnings.flat(), ...routeWarnings(shared, units)] };
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

function unitHold(unit: Unit, by: 'render' | 'capability' | 'agent', problems: readonly Problem[]): FoundHold {
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

function partProblem(unit: Unit, part: Part, fault: RenderFault, severity: Problem['severity']): Problem {
  const place = placeOf(unit, part, fault);
  return {
    code: fault.code,
    severity,
    message: `${part.record.name}${withWords(part.assignment)}: ${fault.message}`,
    app: unit.key,
    ...(fault.hint !== undefined && { hint: fault.hint }),
    ...(place !== undefined && { place }),
  };
}

// An older revision stands in no document now: what names it does.
function placeOf({ deployment }: Unit, { document, record, variant }: Part, fault: RenderFault): Place | undefined {
  if (document !== null) return fault.place ?? document.locate(pathInDocument(variant, fault.path));
  const index = deployment?.doc.spec.appRevisions.findIndex((one) => one.revisionName === record.name) ?? -1;
  return deployment?.locate(['spec', 'appRevisions', ...(index < 0 ? [] : [index, 'revisionName'])]);
}

function warningsOf(unit: Unit, revisions: Revisions): readonly Problem[] {
  return unit.parts.flatMap((part) => {
    const attempt = revisions.get(revisionKey(unit, part));
    const warnings =
      attempt !== undefined && 'value' in attempt ? attempt.value.flatMap((one) => one.warnings ?? []) : [];
    return warnings.map((fault) => partProblem(unit, part, fault, 'warning'));
  });
}

function unitProblem(unit: Unit, fault: RenderFault, severity: Problem['severity']): Problem {
  const sourced = unit.deployment ?? unit.parts[0]?.document ?? null;
  const place = sourced?.locate(fault.path);
  return {
    code: fault.code,
    severity,
    message: fault.message,
    app: unit.key,
    cluster: unit.target.name,
    ...(fault.hint !== undefined && { hint: fault.hint }),
    ...(place !== undefined && { place }),
  };
}
