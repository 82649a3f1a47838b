import { canonicalJson } from '../../shared/lib/canonical.ts';
import type { Labels } from '../../shared/model/selector.ts';
import type { ClusterScope, ScopeCluster } from '../model/cluster-scope.ts';
import type { Application } from '../model/documents.ts';
import { componentsWith } from '../policies/uses.ts';
import { builtinTypes, type DeliveryTypes } from './compile.ts';
import type { Program, ProgramStep } from './program.ts';
import type { StepWant } from './step.ts';

/** What a program wants of one unit: the application on a cluster, in a namespace there. */
export interface WantedUnit {
  readonly cluster: string;
  /** The namespace there; null = the application's own. */
  readonly target: string | null;
  readonly policies: readonly string[];
  readonly components: readonly string[] | null;
  /** Labels that its agent checks. */
  readonly labels: Labels;
  /** The steps that want it, in order. */
  readonly steps: readonly string[];
}

/** Two steps that give one unit different content. */
export interface WantConflict {
  readonly cluster: string;
  readonly steps: readonly [first: ProgramStep, second: ProgramStep];
}

/** What a program wants of the clusters that there are. */
export interface Wanted {
  readonly units: readonly WantedUnit[];
  readonly conflicts: readonly WantConflict[];
  /** Scopes without clusters that must have some. */
  readonly empty: readonly ClusterScope[];
}

/** Every step of a program that delivers, those in groups included, in order. */
export function deliveringSteps(steps: Program['steps']): readonly ProgramStep[] {
  return steps.flatMap((step) => [...(step.wants.length === 0 ? [] : [step]), ...deliveringSteps(step.steps)]);
}

/** The units of a program at its end, on the clusters that there are. Pure. */
export function wantedUnits(
  { steps }: Pick<Program, 'steps'>,
  application: Application,
  clusters: readonly ScopeCluster[],
  types: DeliveryTypes = builtinTypes,
): Wanted {
  const contentOf = contentsOf(application, types);
  const units = new Map<string, WantedUnit>();
  const conflicts: WantConflict[] = [];
  const all = deliveringSteps(steps).flatMap((step) =>
    step.wants.map((want) => ({ step, want, here: clusters.filter((cluster) => want.scope.has(cluster)) })),
  );
  const owners = new Map<string, ProgramStep>();
  for (const { step, want, name } of all.flatMap(({ here, ...one }) => here.map(({ name }) => ({ ...one, name })))) {
    const key = `${name} ${want.scope.namespace ?? ''}`;
    const [known, first] = [units.get(key), owners.get(key) ?? step];
    owners.set(key, first);
    if (known === undefined) units.set(key, { ...unitOf(want, name), steps: [step.name] });
    else if (isNothing(want) || contentOf(known.policies) === contentOf(want.policies)) {
      units.set(key, together(known, want, step));
    } else if (isNothing(known)) units.set(key, { ...together(known, want, step), policies: want.policies });
    else conflicts.push({ cluster: name, steps: [first, step] });
  }
  const empty = all.flatMap(({ want: { scope }, here }) =>
    here.length === 0 && scope.mayBeEmpty !== true ? [scope] : [],
  );
  return { units: [...units.values()], conflicts, empty };
}

/** True for a step that brings no component: its own objects alone. */
function isNothing({ components }: Pick<StepWant, 'components'>): boolean {
  return components?.length === 0;
}

function unitOf({ scope, policies, components }: StepWant, cluster: string): Omit<WantedUnit, 'steps'> {
  return { cluster, target: scope.namespace, policies, components, labels: scope.labels ?? {} };
}

function together(unit: WantedUnit, { components }: StepWant, step: ProgramStep): WantedUnit {
  const all = unit.components === null || components === null ? null : [...unit.components, ...components];
  return {
    ...unit,
    components: all === null ? null : [...new Set(all)],
    steps: [...new Set([...unit.steps, step.name])],
  };
}

/** The components that some policies make, as a text to compare. */
function contentsOf(application: Application, types: DeliveryTypes): (policies: readonly string[]) => string {
  const known = new Map<string, string>();
  return (policies) => {
    const key = policies.join(' ');
    const text = known.get(key) ?? canonicalJson(componentsWith(application, policies, types.policies));
    known.set(key, text);
    return text;
  };
}
