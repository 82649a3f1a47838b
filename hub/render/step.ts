import { valueAt } from '../cue/paths.ts';
import type { CueFact, CueProgram } from '../cue/program.ts';
import type { CueValue } from '../cue/engine.ts';
import type { RenderFault } from '../model/fault.ts';
import type { PinnedDefinition } from '../model/fleet.ts';
import type { Steps } from '../model/reporter.ts';
import { isMap } from '../model/json-map.ts';
import { withContainerNames, type ContainerNames } from './container-names.ts';
import { factsAt, factsOf, withDefaults, type Defaults, type Facts } from './facts.ts';
import { jsonPatched, mergePatched } from './json-patch.ts';
import { applyPatch, patchRulesOf } from './patch.ts';
import { unified, type Conflict } from './unify.ts';

/** A template of a component or one of its traits, what it is filled with, and its place in the document. */
export interface Step {
  readonly definition: PinnedDefinition;
  readonly program: CueProgram;
  readonly path: Steps;
}

/** The objects of a component while its templates are applied one after the other. */
export interface Draft {
  output: unknown;
  readonly outputs: Map<string, unknown>;
  /** Which template made each of the outputs, and under which name. */
  readonly makers: Map<string, Maker>;
  readonly defaults: Defaults;
  /** What each template gave of the workload so far, in order. */
  readonly givers: Giver[];
}

/** What a template gave of the workload, and what it says of that. */
export interface Giver {
  readonly step: Step;
  readonly member: 'output' | 'patch';
  readonly value: unknown;
  readonly facts: Facts | undefined;
}

/** What is wrong with a step; of a conflict, what gave the other value, and at which path of it. */
export interface StepFault extends RenderFault {
  readonly other?: { readonly giver: Giver; readonly at: Steps };
}

/** The template of an output, and the name that it gave to it. */
export interface Maker {
  readonly step: Step;
  readonly name: string;
}

/** A draft that begins with the object that a component was given, where it was. */
export function newDraft(output: unknown): Draft {
  return { output, outputs: new Map(), makers: new Map(), defaults: new WeakMap(), givers: [] };
}

/** What a template gave. */
export interface Given {
  readonly value: CueValue;
  readonly facts?: readonly CueFact[];
}

/** Adds to a draft what a template gave, and says what is wrong with it. */
export function applyStep(draft: Draft, step: Step, given: Given, names: ContainerNames): readonly StepFault[] {
  const { value } = given;
  const said = firstText(value.errs);
  if (said !== null) return [{ code: 'RENDER_FAILED', message: `${step.program.subject}: ${said}`, path: step.path }];
  const facts = factsOf(given.facts);
  if (value.output !== undefined) {
    draft.output = withDefaults(value.output, facts.members.get('output'), draft.defaults);
  }
  const faults = patched(draft, step, { value, facts }, names);
  const member = value.output === undefined ? 'patch' : 'output';
  draft.givers.push({ step, member, value: value[member], facts: facts.members.get(member) });
  for (const [name, output] of Object.entries(value.outputs ?? {})) {
    // Two traits may use one name for their outputs; both are kept.
    let key = name;
    while (draft.outputs.has(key)) key = `${key}'`;
    draft.outputs.set(key, withDefaults(output, factsAt(facts, ['outputs', name]), draft.defaults));
    draft.makers.set(key, { step, name });
  }
  return faults;
}

/** The first text that is not empty of those by which a template says that it cannot be used so. */
function firstText(errs: unknown): string | null {
  const texts = Array.isArray(errs) ? (errs as readonly unknown[]) : [];
  const found = texts.find((text) => typeof text === 'string' && text !== '');
  return typeof found === 'string' ? found : null;
}

function patched(
  draft: Draft,
  step: Step,
  { value, facts }: { readonly value: CueValue; readonly facts: Facts },
  names: ContainerNames,
): readonly StepFault[] {
  const faults: StepFault[] = [];
  const patch = (base: unknown, change: unknown, at: Steps): unknown => {
    const outcome = changed(base, change, { draft, step, facts: factsAt(facts, at), names });
    faults.push(...outcome.faults);
    return outcome.value;
  };
  if (value.patch !== undefined && draft.output !== undefined) {
    draft.output = patch(draft.output, withContainerNames(draft.output, value.patch, names), ['patch']);
  }
  for (const [name, change] of Object.entries(value.patchOutputs ?? {})) {
    const base = draft.outputs.get(name);
    if (base !== undefined) draft.outputs.set(name, patch(base, change, ['patchOutputs', name]));
  }
  return faults;
}

interface Changing {
  readonly draft: Draft;
  readonly step: Step;
  readonly facts: Facts | undefined;
  readonly names: ContainerNames;
}

interface Changed {
  readonly value: unknown;
  readonly faults: readonly StepFault[];
}

function changed(base: unknown, patch: unknown, { draft, step, facts, names }: Changing): Changed {
  const { definition } = step;
  // What earlier releases recorded goes on as it did.
  if (definition.patches === undefined) {
    return { value: applyPatch(base, patch, patchRulesOf(definition.template)), faults: [] };
  }
  if (facts?.patchStrategy === 'jsonMergePatch') return { value: mergePatched(base, patch), faults: [] };
  if (facts?.patchStrategy === 'jsonPatch') {
    const outcome = jsonPatched(base, isMap(patch) ? patch['operations'] : undefined);
    if ('value' in outcome) return { value: withContainerNames(base, outcome.value, names), faults: [] };
    const message = `${step.program.subject}: the JSON patch cannot be applied: ${outcome.wrong}`;
    return { value: base, faults: [{ code: 'RENDER_FAILED', message, path: step.path }] };
  }
  const conflicts: Conflict[] = [];
  const value = unified(base, patch, facts, { defaults: draft.defaults, conflicts });
  return { value, faults: conflicts.map((one) => conflictFault(step, one, giverOf(draft, base, one))) };
}

/** The template that gave a value of the workload last, where one gave that value there. */
function giverOf({ givers }: Draft, base: unknown, { path }: Conflict): Giver | undefined {
  const given = valueAt(base, path);
  return givers.findLast(({ value }) => given !== undefined && valueAt(value, path) === given);
}

function conflictFault(
  step: Step,
  { path: at, problem, place, property }: Conflict,
  giver: Giver | undefined,
): StepFault {
  const { definition, program } = step;
  const where = place === undefined ? '' : ` (line ${place.line}, column ${place.column} of its template)`;
  const message =
    problem === 'value'
      ? `${program.subject} gives ${at.join('.')} another value than ${giver === undefined ? 'it has' : `${giver.step.program.subject} does`}${where}`
      : `${program.subject} gives ${at.join('.')} fewer items than it has, and they are matched by index`;
  const hint =
    problem === 'value'
      ? 'give it in one place, or write "// +patchStrategy=retainKeys" above the field in the template'
      : 'write "// +patchKey=name" above the list in the template, or end it with "..."';
  return {
    code: 'RENDER_FAILED',
    message,
    path: propertyPath(step, property) ?? step.path,
    hint,
    ...(place !== undefined && { template: { definition, at: place } }),
    ...(problem === 'value' && giver !== undefined && { other: { giver, at } }),
  };
}

/** The path in the document of a property of a step; null where it was not given. */
export function propertyPath({ path, program }: Step, property: Steps | undefined): Steps | null {
  const isGiven = property !== undefined && valueAt(program.parameter, property) !== undefined;
  return isGiven ? [...path, 'properties', ...property] : null;
}
