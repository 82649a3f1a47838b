import { internalProblem } from '../model/internal-problem.ts';
import type { FoundHold } from '../model/hold.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { Target } from '../model/fleet.ts';
import type { Problem } from '../model/source.ts';
import type { RenderFault } from '../model/fault.ts';
import { clusterValues } from './cluster-values.ts';
import { revisionKey, type Revisions } from './each-revision.ts';
import type { RoundMemo } from './round-memo.ts';
import type { HasComponent } from './outputs.ts';
import { removedOn } from './refusals.ts';
import type { RevisionComponent } from './revision-component.ts';
import type { ProviderRenderer } from './traffic/providers/provider.ts';
import { renderUnit, type UnitOutcome, type UnitRevision } from './unit.ts';
import { isShared, ofCluster, unitFacts } from './unit-facts.ts';
import { partProblem, unitProblem } from './unit-problems.ts';
import type { Part, Unit } from './units.ts';
import { withheldIn } from './withheld.ts';
import type { Elsewhere } from './written-names.ts';

/** What becomes of a unit: what it is to have, why not, and what is to be reported while it stays as it is. */
export interface Settled {
  readonly app: RenderedApp | null;
  readonly holds: readonly FoundHold[];
  readonly asked: NonNullable<RenderedApp['observe']> | null;
  /** Names what was rendered among all that the unit is on clusters; absent = it is of this one alone. */
  readonly content?: string;
}

/** What a unit is settled with, beside its revisions. */
export interface SettleParts {
  /** What the unit is on every cluster with the same facts. */
  readonly contents: RoundMemo<UnitOutcome>;
  readonly providers: readonly ProviderRenderer[];
  readonly elsewhere: Elsewhere;
  readonly hasComponent: HasComponent;
}

// Of most units on most clusters there is nothing to tell: one list for all of them.
const none: readonly FoundHold[] = [];

/** Puts a unit together for its cluster, or tells why that cannot be. */
export function settle(unit: Unit, revisions: Revisions, { hasComponent, ...parts }: SettleParts): Settled {
  const unversioned = unversionedPart(unit);
  if (unversioned !== null) return { app: null, holds: [unitHold(unit, 'agent', [unversioned])], asked: null };
  const broken = unit.parts.flatMap((part) => faultsOf(part, unit, revisions));
  if (broken.length > 0) return { app: null, holds: [unitHold(unit, 'render', broken)], asked: null };
  const { app, faults, warning, content } = catchInternal(unit, revisions, parts);
  const problem = warning === null ? null : unitProblem(unit, { ...warning, path: ['spec', 'traffic'] }, 'warning');
  const waiting = problem === null ? none : [unitHold(unit, 'capability', [problem])];
  if (app === null) {
    const problems = faults.map((fault) => unitProblem(unit, fault, 'error'));
    return { app, holds: [unitHold(unit, 'render', problems), ...waiting], asked: null };
  }
  const named = content === undefined ? {} : { content };
  const withheld = withheldIn(unit, revisions, hasComponent);
  if (withheld === null) return { app, holds: waiting, asked: null, ...named };
  const holds = [unitHold(unit, withheld.by, withheld.problems), ...waiting];
  return withheld.by === 'agent' ? { app: null, holds, asked: app.observe ?? [] } : { app, holds, asked: null };
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

function unitHold(
  unit: Unit,
  by: 'render' | 'capability' | 'agent' | 'input',
  problems: readonly Problem[],
): FoundHold {
  return { app: unit.key, cluster: unit.target.name, by, reason: problems[0]?.message ?? '', problems };
}

type UnitParts = Omit<SettleParts, 'hasComponent'>;
type Named = UnitOutcome & Pick<Settled, 'content'>;

// An internal error in one unit must not stop the others.
function catchInternal(unit: Unit, rendered: Revisions, parts: UnitParts): Named {
  try {
    return outcomeOf(unit, rendered, parts);
  } catch (error) {
    const { key, target } = unit;
    const bug = internalProblem(error, `${key} cannot be rendered for ${target.name}`);
    return { app: null, warning: null, faults: [{ ...bug, path: [] }] };
  }
}

function outcomeOf(unit: Unit, rendered: Revisions, { contents, providers, ...parts }: UnitParts): Named {
  const { namespace, name, into, source, target } = unit;
  const deployment = unit.deployment?.doc ?? null;
  const revisions = revisionsOf(unit, rendered);
  const elsewhere = parts.elsewhere(unit, revisions);
  const content = unitFacts({ target, deployment, revisions, elsewhere });
  const known = contents.get(content, []);
  if (known !== undefined) return { ...ofCluster(known, target.name, source), content };
  const made = renderUnit({ namespace, name, into, source, target, deployment, revisions, elsewhere }, providers);
  if (!isShared(made)) return made;
  contents.set(content, [], made);
  return { ...made, content };
}

/** The revisions of a unit that could be rendered. */
export function revisionsOf(unit: Unit, revisions: Revisions): UnitRevision[] {
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

/** What is remarkable in the revisions of a unit, and holds nothing. */
export function warningsOf(unit: Unit, revisions: Revisions): readonly Problem[] {
  return unit.parts.flatMap((part) => {
    const attempt = revisions.get(revisionKey(unit, part));
    const warnings =
      attempt !== undefined && 'value' in attempt ? attempt.value.flatMap((one) => one.warnings ?? []) : [];
    return warnings.map((fault) => partProblem(unit, part, fault, 'warning'));
  });
}
