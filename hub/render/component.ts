import type { Component } from '../model/documents.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import type { PinnedDefinition, RevisionRecord } from '../model/fleet.ts';
import { definitionKey } from '../definitions/catalog.ts';
import type { ComponentSource, Manifest } from '../sources/source.ts';
import type { CueEvaluator, CueOutcome } from '../cue/engine.ts';
import type { CueFault } from '../cue/fault.ts';
import { readsContext } from '../cue/program.ts';
import { propertyFaults } from '../cue/property-faults.ts';
import { hasFailed, type Attempt, type RenderFault } from '../model/fault.ts';
import { asTraitsSeeIt, type ContainerNames } from './container-names.ts';
import type { HealthCheck } from '../model/health.ts';
import { checksOf } from './checks.ts';
import { mergeServices } from './merge-services.ts';
import { madeObjects, named, outputName, outputOrigin, outputsOrigin, type MadeObject } from './made.ts';
import { toObjects } from './objects.ts';
import { patchedReferences } from './referred.ts';
import { withRivals } from './rival.ts';
import { applyStep, newDraft, type Draft, type Step } from './step.ts';
import type { Steps } from '../model/reporter.ts';
import { withWorkloadReference } from './workload-reference.ts';

/** A component to render: its place in the document, the kind of its definition, and the context of its templates. */
export interface ComponentJob {
  readonly record: RevisionRecord;
  readonly path: Steps;
  readonly kind: PinnedDefinition['kind'];
  readonly component: Component;
  readonly source: ComponentSource;
  readonly namespace: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** The objects of a component; the workload (the template's `output`) comes first when there is one. */
export interface ComponentObjects {
  readonly hasWorkload: boolean;
  readonly objects: readonly KubeObject[];
  /** The manifests of those that were written as such. */
  readonly manifests: ReadonlyMap<KubeObject, Manifest>;
  /** What was left out of them. */
  readonly warnings: readonly RenderFault[];
  /** Which template made which of them. */
  readonly made: readonly MadeObject[];
  /** What its definitions say of how well it is. */
  readonly checks: readonly HealthCheck[];
}

/** Renders a component and its traits, in order, with the definitions that the revision pins. Collects every fault. */
export async function renderComponent(
  cue: CueEvaluator,
  job: ComponentJob,
  signal: AbortSignal,
): Promise<Attempt<ComponentObjects>> {
  const { steps, faults: unknown } = stepsOf(job);
  if (unknown.length > 0) return { faults: [...unknown, ...(await earlyFaults(cue, steps, signal))] };
  const { component, source, record } = job;
  const given = await source.manifests({ component, files: record.files, path: job.path }, signal);
  if (hasFailed(given)) return given;
  const [first, ...more] = given.value;
  const draft = newDraft(first?.value);
  const names = { component: component.name, contextName: String(job.context['name']) };
  const faults = await applySteps(cue, steps, { draft, names }, signal);
  if (faults.length > 0) return { faults: faults.map((fault) => withComponent(fault, component.name)) };
  return finish({ job, draft, steps }, first === undefined ? null : { first, more });
}

async function applySteps(
  cue: CueEvaluator,
  steps: readonly Step[],
  { draft, names }: { readonly draft: Draft; readonly names: ContainerNames },
  signal: AbortSignal,
): Promise<readonly RenderFault[]> {
  // One message to the worker for all templates that do not read the output of earlier ones.
  const early = steps.filter((step) => !readsContext(step.definition.template, 'outputs?'));
  const programs = early.map((step) => step.program);
  const answers = await cue.evaluate(programs, signal);
  const known = new Map(early.map((step, index) => [step, answers[index]]));
  const faults: RenderFault[] = [];
  let isBroken = false;
  for (const step of steps) {
    const outcome = known.get(step) ?? (await evaluateLate(cue, step, { draft, names }, signal));
    if (outcome === undefined) continue;
    const found = outcome.ok
      ? await withRivals(cue, applyStep(draft, step, outcome, names), signal)
      : await faultsOf(cue, step, outcome.faults, signal);
    // What traits miss in a component that does not render follows from that: of theirs, wrong properties alone are told.
    faults.push(...(isBroken ? found.filter(({ path }) => path.length > step.path.length) : found));
    isBroken ||= step === steps[0] && found.length > 0;
  }
  return faults;
}

async function evaluateLate(
  cue: CueEvaluator,
  step: Step,
  { draft, names }: { readonly draft: Draft; readonly names: ContainerNames },
  signal: AbortSignal,
): Promise<CueOutcome | undefined> {
  const context = {
    ...step.program.context,
    output: asTraitsSeeIt(draft.output ?? {}, step.program.parameter, names),
    outputs: Object.fromEntries(draft.outputs),
  };
  const [outcome] = await cue.evaluate([{ ...step.program, context }], signal);
  return outcome;
}

// What is wrong in a template is told in its own file, and one template serves many components.
function withComponent(fault: RenderFault, component: string): RenderFault {
  return fault.template === undefined ? fault : { ...fault, message: `${fault.message}, for component ${component}` };
}

/** What is wrong with the properties of steps that need no other step. */
async function earlyFaults(
  cue: CueEvaluator,
  steps: readonly Step[],
  signal: AbortSignal,
): Promise<readonly RenderFault[]> {
  const early = steps.filter((step) => !readsContext(step.definition.template, 'outputs?'));
  const answers = await cue.evaluate(
    early.map((step) => step.program),
    signal,
  );
  const faults: RenderFault[] = [];
  for (const [index, step] of early.entries()) {
    const answer = answers[index];
    if (answer?.ok === false) faults.push(...(await faultsOf(cue, step, answer.faults, signal)));
  }
  return faults;
}

/** The templates of a component and its traits, and a fault for each that there is not. */
function stepsOf(job: ComponentJob): { readonly steps: readonly Step[]; readonly faults: readonly RenderFault[] } {
  const steps: Step[] = [];
  const faults: RenderFault[] = [];
  const base = job.path;
  const add = (kind: PinnedDefinition['kind'], type: string, parameter: unknown, path: Steps): void => {
    const definition = job.record.definitions[definitionKey(kind, type)];
    if (definition === undefined || definition.template.trim() === '') {
      faults.push(missing(kind, type, path, definition !== undefined));
      return;
    }
    const subject = definitionKey(kind, type);
    steps.push({
      definition,
      path,
      program: { subject, template: definition.template, parameter, context: job.context },
    });
  };
  add(job.kind, job.component.type, job.source.parameterOf(job.component), base);
  job.component.traits?.forEach(({ type, properties }, index) =>
    add('TraitDefinition', type, properties ?? {}, [...base, 'traits', index]),
  );
  return { steps, faults };
}

function missing(kind: PinnedDefinition['kind'], type: string, path: Steps, isEmpty: boolean): RenderFault {
  const what = kind === 'ComponentDefinition' ? 'component' : 'trait';
  return isEmpty
    ? {
        code: 'UNSUPPORTED',
        message: `${kind} ${type} has no CUE template`,
        path: [...path, 'type'],
        hint: 'write one at spec.schematic.cue.template',
      }
    : {
        code: 'REFERENCE_NOT_FOUND',
        message: `there is no ${what} type ${type}`,
        path: [...path, 'type'],
        hint: `add a ${kind} named ${type} to the repository, or mend the one that is refused there`,
      };
}

/** Everything that is wrong with the properties of a step; one fault where its template is. */
async function faultsOf(
  cue: CueEvaluator,
  step: Step,
  found: readonly CueFault[],
  signal: AbortSignal,
): Promise<RenderFault[]> {
  const faults = await propertyFaults(cue, step.program, found, signal);
  const { definition } = step;
  return faults.map(({ code, message, parameter, hint, place }) => ({
    code,
    ...(hint !== undefined && { hint }),
    ...(parameter === undefined && place !== undefined && { template: { definition, at: place } }),
    message: `${step.program.subject}: ${message}`,
    path: parameter === undefined ? step.path : [...step.path, 'properties', ...parameter],
  }));
}

/** A component whose templates are all applied: its own, which comes first, and those of its traits. */
interface Drafted {
  readonly job: ComponentJob;
  readonly draft: Draft;
  readonly steps: readonly Step[];
}

/** What a component was given as written manifests; null for what its template makes. */
type GivenManifests = { readonly first: Manifest; readonly more: readonly Manifest[] } | null;

function finish(drafted: Drafted, given: GivenManifests): Attempt<ComponentObjects> {
  const { job, draft, steps } = drafted;
  const { path } = job;
  const patched = patchedReferences(job.component, draft);
  if (patched.length > 0) return { faults: patched };
  // The objects of such a trait stand in for the workload.
  const isManaged = steps.some(({ definition }) => definition.manageWorkload === true);
  const manifests = manifestsOf(drafted, given, isManaged);
  const { objects, manifests: written, faults, warnings } = toObjects(manifests, job.namespace);
  if (faults.length > 0) return { faults };
  const isPolicy = job.kind === 'PolicyDefinition';
  if (objects.length === 0 && !isPolicy) {
    return { faults: [{ code: 'RENDER_FAILED', message: `component ${job.component.name} renders no object`, path }] };
  }
  const silent = objects.length === 0 ? [withoutEffect(job)] : [];
  const hasWorkload = given === null && draft.output !== undefined && !isManaged;
  const ofManifests = given === null ? new Map<KubeObject, Manifest>() : written;
  const made = madeObjects(draft, steps[0], written);
  const checks = checksOf({ component: job.component.name, record: job.record, steps, made, output: draft.output });
  const merged = mergeServices(objects);
  return {
    value: { hasWorkload, objects: merged, manifests: ofManifests, warnings: [...warnings, ...silent], made, checks },
  };
}

// Templates of policies may be about what KubeVela's controller does with them.
function withoutEffect({ component, path }: ComponentJob): RenderFault {
  return { code: 'UNSUPPORTED', message: `policy ${component.name} renders no object, so it has no effect`, path };
}

function manifestsOf({ job, draft }: Drafted, given: GivenManifests, isManaged: boolean): readonly Manifest[] {
  const { path } = job;
  const contextName = String(job.context['name']);
  const workload = draft.output === undefined ? undefined : named(draft.output, contextName);
  const own: Manifest =
    given === null ? { value: workload, path, origin: outputOrigin } : { ...given.first, value: draft.output };
  const made = [...draft.outputs].map(([key, output]): Manifest => {
    const { type, workloadRefPath: at } = draft.makers.get(key)?.step.definition ?? { type: '' };
    const object = named(output, outputName(contextName, key, type));
    return { value: withWorkloadReference(object, at, workload), path, origin: outputsOrigin(key) };
  });
  return [...(own.value === undefined || isManaged ? [] : [own]), ...(given?.more ?? []), ...made];
}
