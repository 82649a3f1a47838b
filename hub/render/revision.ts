import { by } from '../../shared/lib/order.ts';
import { namespaceOf, type Component } from '../model/documents.ts';
import { idOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import type { PinnedDefinition, RevisionRecord } from '../model/fleet.ts';
import { definitionKey } from '../definitions/catalog.ts';
import { policies } from '../policies/types/list.ts';
import { renderedPolicies } from '../policies/user.ts';
import { effectOf } from '../policies/uses.ts';
import type { Steps } from '../model/reporter.ts';
import { cueSource } from '../sources/cue.ts';
import { sourceOf } from '../sources/list.ts';
import type { ComponentSource } from '../sources/source.ts';
import { renderComponent, type ComponentJob, type ComponentObjects } from './component.ts';
import type { ClusterValues } from './cluster-values.ts';
import { contextOf } from './context.ts';
import type { CueEvaluator } from '../cue/engine.ts';
import { readsContextByName } from '../cue/program.ts';
import type { Attempt, RenderFault } from '../model/fault.ts';
import type { LabelFacts } from './labels.ts';
import { deliveredIds, stagesOf, withIds } from './made.ts';
import { objectRules, withObjectRules } from './object-rules.ts';
import type { CheckedObject, HealthCheck } from '../model/health.ts';
import type { Treatment } from '../model/rendered.ts';
import { nameFault } from './objects.ts';
import { copiedOf, originsOf, type Copied } from './origin.ts';
import { givenIn, takenIn, type Given, type LiveValues, type Withheld } from './outputs.ts';
import { renderPassing } from './passing.ts';
import { splitRendered, splitVerbatim, type WrittenObject } from './parts.ts';
import { refusalsOf, type RemovedFault, type Security } from './refusals.ts';
import { isScalable } from './workload.ts';

/** A component as one revision renders it, on whichever cluster. */
export interface RevisionComponent {
  readonly component: string;
  readonly contextName: string;
  /** Objects of this revision alone, side by side with those of older and newer ones. */
  readonly own: readonly KubeObject[];
  /** Objects that are updated in place. */
  readonly shared: readonly KubeObject[];
  /** Ids of the workloads whose replicas a placement sets. */
  readonly workloads: ReadonlySet<ObjectId>;
  /** What was left out of its objects; absent = nothing. */
  readonly warnings?: readonly RenderFault[];
  /** Of its own objects, those that are delivered as they are written, with their written names; absent = none. */
  readonly written?: readonly WrittenObject[];
  /** When its objects are applied, where that is not with its workload; absent = all are. */
  readonly stages?: ReadonlyMap<ObjectId, 'pre' | 'post'>;
  /** How its objects are treated, where no annotation says it; absent = as objects are. */
  readonly treatments?: ReadonlyMap<ObjectId, Treatment>;
  /** What its definitions say of how well it is; absent = nothing. */
  readonly checks?: readonly HealthCheck[];
  /** What servers of some versions refuse of them; absent = nothing. */
  readonly removed?: readonly RemovedFault[];
  /** The objects of which other components take something; absent = none does. */
  readonly given?: Given;
  /** The fields of them that its cluster is asked for; absent = none. */
  readonly reads?: readonly Pick<CheckedObject, 'id' | 'fields'>[];
  /** Why it has no objects yet; absent = it has them. */
  readonly withheld?: Withheld;
}

/** The last dash part of a revision's name: `v1` of `example-app-v1`. */
export function suffixOf(revision: string): string {
  return revision.slice(revision.lastIndexOf('-') + 1);
}

/** How a revision is rendered. */
export interface RevisionOptions {
  /** True under an ApplicationDeployment, where revisions live side by side. */
  readonly isSuffixed: boolean;
  readonly sources: readonly ComponentSource[];
  /** What its templates read of the cluster (default: nothing). */
  readonly values?: ClusterValues;
  /** What its objects have of the Application (default: what the recorded one says). */
  readonly copied?: Copied;
  /** What the cluster told of its objects (default: nothing). */
  readonly live?: LiveValues;
}

/**
 * Renders all components of a revision. Side by side with more revisions (`isSuffixed`, under an ApplicationDeployment)
 * they are named `COMPONENT-SUFFIX`; those of a plain Application keep their names and do not name the revision.
 */
export async function renderRevision(
  cue: CueEvaluator,
  record: RevisionRecord,
  options: RevisionOptions,
  signal: AbortSignal,
): Promise<Attempt<readonly RevisionComponent[]>> {
  const rules = objectRules(record.application);
  const security = effectOf(record.application, 'security', policies);
  const taken = takenIn(record);
  const jobOf = ({ component, kind, path, source }: RevisionPart) => {
    const facts = labelFactsOf(record, { component, kind }, options);
    const read = contextOf(record, component, facts, source.parameterOf(component));
    const namespace = namespaceOf(record.application);
    return {
      facts,
      job: { record, path, kind, component, source, namespace, context: { ...read, ...options.values } },
    };
  };
  const renderOne = async (part: RevisionPart): Promise<Attempt<RevisionComponent>> => {
    const { facts, job } = jobOf(part);
    const { component, path } = part;
    const long = labelFault(facts, path);
    if (long !== null) return { faults: [long] };
    const attempt = await renderComponent(cue, job, signal);
    if ('faults' in attempt) return attempt;
    const isUnderDeployment = options.isSuffixed;
    const made = split(attempt.value, { facts, component, path, security, isUnderDeployment, taken });
    return 'faults' in made ? made : { value: withObjectRules(made.value, component, { rules, record }) };
  };
  const rendered = await renderPassing(partsOf(record, options), {
    cue,
    signal,
    render: renderOne,
    withhold: (part, withheld) => withoutObjects(jobOf(part).facts, withheld),
    contextOf: (part) => jobOf(part).job.context,
    live: options.live ?? new Map(),
  });
  const faults = rendered.flatMap((attempt) => ('faults' in attempt ? attempt.faults : []));
  if (faults.length > 0) return { faults };
  return { value: rendered.flatMap((attempt) => ('value' in attempt ? [attempt.value] : [])) };
}

/** A part of a revision that is rendered. */
type RevisionPart = ReturnType<typeof partsOf>[number];

function withoutObjects({ component, contextName }: LabelFacts, withheld: Withheld): RevisionComponent {
  return { component, contextName, own: [], shared: [], workloads: new Set(), withheld };
}

/** What of a revision is rendered: its components, and the policies of which templates make objects. */
function partsOf({ application, definitions }: RevisionRecord, { sources }: Pick<RevisionOptions, 'sources'>) {
  const components = application.spec.components.map((component, index) => ({
    component,
    kind: 'ComponentDefinition' as const,
    path: ['spec', 'components', index],
    source: sourceOf(component.type, sources),
  }));
  const rendered = renderedPolicies(application, policies).flatMap(({ component, index }) =>
    definitions[definitionKey('PolicyDefinition', component.type)] === undefined
      ? []
      : [{ component, kind: 'PolicyDefinition' as const, path: ['spec', 'policies', index], source: cueSource }],
  );
  return [...components, ...rendered];
}

function labelFactsOf(
  record: RevisionRecord,
  { component, kind }: Pick<ComponentJob, 'component' | 'kind'>,
  options: RevisionOptions,
): LabelFacts {
  const definition = record.definitions[definitionKey(kind, component.type)];
  const name = nameOf(component, definition);
  const suffix = suffixOf(record.name);
  const isSideBySide = options.isSuffixed && kind === 'ComponentDefinition' && definition?.inPlace !== true;
  const { isVerbatim } = sourceOf(component.type, options.sources);
  // What is updated in place names no revision: the next one would restart its pods for a label. What release 0.1.0 recorded does.
  const namesRevision = isSideBySide || isVerbatim || definition?.patches === undefined;
  return {
    application: record.application.metadata.name,
    namespace: namespaceOf(record.application),
    copied: options.copied ?? copiedOf(record.application.metadata),
    component: name,
    contextName: isSideBySide ? `${name}-${suffix}` : name,
    revision: options.isSuffixed && namesRevision ? { name: record.name, suffix } : null,
    isSuffixed: isSideBySide,
    isVerbatim,
  };
}

/** The name of a component; of a copy whose template reads the key, and names its objects by it, that of what it is a copy of. */
function nameOf({ name, replica }: Component, definition: PinnedDefinition | undefined): string {
  if (replica === undefined || definition === undefined) return name;
  return readsContextByName(definition.template, 'replicaKey') ? replica.of : name;
}

function labelFault(facts: LabelFacts, path: Steps): RenderFault | null {
  const texts = [facts.application, facts.contextName, facts.revision?.name ?? ''];
  const long = texts.find((text) => text.length > 63);
  if (long === undefined) return null;
  return {
    code: 'NAME_TOO_LONG',
    message: `${long} has ${long.length} characters, more than the 63 of a label`,
    path: [...path, 'name'],
    hint: 'give the component or the application a shorter name',
  };
}

/** What a component is split by. */
interface Split {
  readonly facts: LabelFacts;
  readonly component: Component;
  readonly path: Steps;
  readonly security: Security | undefined;
  readonly isUnderDeployment: boolean;
  /** Names of outputs that components take. */
  readonly taken: ReadonlySet<string>;
}

function split(
  rendered: ComponentObjects,
  { facts, component, path, security, isUnderDeployment, taken }: Split,
): Attempt<RevisionComponent> {
  const { hasWorkload, objects } = rendered;
  const originOf = originsOf(rendered.made, component.type);
  const parts = facts.isVerbatim
    ? splitVerbatim(objects, facts, { isUnderDeployment, originOf })
    : splitRendered(objects, facts, originOf);
  const pieces = [...parts.own, ...parts.shared];
  const own = parts.own.map(({ object }) => object);
  const shared = parts.shared.map(({ object }) => object);
  const all = [...own, ...shared];
  const long = all.flatMap((object) => {
    const fault = nameFault(object);
    return fault === null ? [] : [{ ...fault, path: [...path, 'name'] }];
  });
  if (long.length > 0) return { faults: long };
  const refusals = pieces.map(({ from, object }) => {
    const manifest = rendered.manifests.get(from);
    const origin = { component, path, ...(manifest !== undefined && { manifest }) };
    return refusalsOf(object, origin, security);
  });
  const faults = refusals.flatMap((one) => one.faults);
  if (faults.length > 0) return { faults };
  const warnings = [...rendered.warnings, ...refusals.flatMap((one) => one.warnings)];
  const removed = refusals.flatMap((one) => one.removed);
  const first = objects[0];
  const written = parts.written ?? [];
  const idOfMade = deliveredIds(pieces);
  const stages = stagesOf(rendered.made, idOfMade);
  const checks = rendered.checks.map((check) => withIds(check, idOfMade));
  const workloads = facts.isVerbatim
    ? all.filter((object) => isScalable(object))
    : all.filter((object) => hasWorkload && first !== undefined && idOf(object) === idOf(first) && isScalable(object));
  return {
    value: {
      component: facts.component,
      contextName: facts.contextName,
      own: own.sort(by(idOf)),
      shared: shared.sort(by(idOf)),
      workloads: new Set(workloads.map(idOf)),
      ...(warnings.length > 0 && { warnings }),
      ...(written.length > 0 && { written }),
      ...(stages.size > 0 && { stages }),
      ...(checks.length > 0 && { checks }),
      ...(removed.length > 0 && { removed }),
      ...givenIn(component, taken, { made: rendered.made, pieces, first }),
    },
  };
}
