import { by } from '../../shared/lib/order.ts';
import { namespaceOf, type Component } from '../model/documents.ts';
import { idOf } from '../../shared/model/object.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import { definitionKey } from '../definitions/catalog.ts';
import { policies } from '../policies/types/list.ts';
import { renderedPolicies } from '../policies/user.ts';
import { effectOf } from '../policies/uses.ts';
import type { Steps } from '../model/reporter.ts';
import { cueSource } from '../sources/cue.ts';
import { sourceOf } from '../sources/list.ts';
import { refersTo } from '../sources/referred.ts';
import type { RevisionComponent } from './revision-component.ts';
import { renderComponent, type ComponentObjects } from './component.ts';
import type { ClusterValues } from './cluster-values.ts';
import { contextOf } from './context.ts';
import { asCopy } from './copy.ts';
import type { CueEvaluator } from '../cue/engine.ts';
import type { Attempt } from '../model/fault.ts';
import { labelFactsOf, labelFault, type NamingOptions } from './label-facts.ts';
import type { LabelFacts } from './labels.ts';
import { deliveredIds, stagesOf, withIds } from './made.ts';
import { objectRules, withObjectRules } from './object-rules.ts';
import { nameFault } from './objects.ts';
import { originsOf } from './origin.ts';
import { givenIn, takenIn, type LiveValues, type Withheld } from './outputs.ts';
import { renderPassing } from './passing.ts';
import { splitRendered, splitVerbatim } from './parts.ts';
import { withAsked, withoutOwnReads } from './reads.ts';
import { refusalsOf, type Security } from './refusals.ts';
import { isScalable } from './workload.ts';

/** How a revision is rendered. */
export interface RevisionOptions extends NamingOptions {
  /** What its templates read of the cluster (default: nothing). */
  readonly values?: ClusterValues;
  /** What the cluster told of its objects (default: nothing). */
  readonly live?: LiveValues;
}

/**
 * Renders all components of a revision. Side by side with more revisions (`isSuffixed`, under an ApplicationDeployment)
 * they are named `COMPONENT-SUFFIX`; those of a plain Application have the name of their copy and do not name the revision.
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
  const isUnderDeployment = options.isSuffixed;
  const jobOf = ({ component, kind, path, source }: RevisionPart, isPlain = false) => {
    const own = labelFactsOf(record, { component, kind }, options);
    const facts = isPlain ? { ...own, contextName: own.component } : own;
    const read = contextOf(record, component, facts, source.parameterOf(component));
    const namespace = namespaceOf(record.application);
    return {
      facts,
      job: { record, path, kind, component, source, namespace, context: { ...read, ...options.values } },
    };
  };
  const renderNamed = async (part: RevisionPart, isPlain = false): Promise<Attempt<RevisionComponent>> => {
    const { facts, job } = jobOf(part, isPlain);
    const { component, path } = part;
    const long = labelFault(facts, path);
    if (long !== null) return { faults: [long] };
    const attempt = await renderComponent(cue, job, signal);
    if ('faults' in attempt) return attempt;
    return split(attempt.value, { facts, component, path, security, isUnderDeployment, taken });
  };
  const renderOne = async (part: RevisionPart): Promise<Attempt<RevisionComponent>> => {
    const made = await renderNamed(part);
    if ('faults' in made) return made;
    const isCopy = !isUnderDeployment && made.value.contextName !== made.value.component;
    // What is found by its name stays under that of the component.
    const plain = isCopy ? await renderNamed(part, true) : null;
    if (plain !== null && 'faults' in plain) return plain;
    const value = plain === null ? made.value : asCopy(plain.value, made.value);
    return { value: withObjectRules(value, part.component, { rules, record }) };
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
  return { value: withoutOwnReads(rendered.flatMap((attempt) => ('value' in attempt ? [attempt.value] : []))) };
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
  // What is only named is a name: it has no labels, and nothing that a server could refuse.
  const named = objects.filter((one) => refersTo(component, one)).map((one) => ({ from: one, object: one }));
  const delivered = named.length === 0 ? objects : objects.filter((one) => !refersTo(component, one));
  const parts = facts.isVerbatim
    ? splitVerbatim(delivered, facts, { isUnderDeployment, originOf })
    : splitRendered(delivered, facts, originOf);
  const made = [...parts.own, ...parts.shared];
  const pieces = [...made, ...named];
  const own = parts.own.map(({ object }) => object);
  const shared = [...parts.shared, ...named].map(({ object }) => object);
  const all = [...own, ...shared];
  const long = all.flatMap((object) => {
    const fault = nameFault(object);
    return fault === null ? [] : [{ ...fault, path: [...path, 'name'] }];
  });
  if (long.length > 0) return { faults: long };
  const refusals = made.map(({ from, object }) => {
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
      ...withAsked(givenIn(component, taken, { made: rendered.made, pieces, first }), component, shared),
    },
  };
}
