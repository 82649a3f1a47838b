import { label, managedBy } from '../../shared/model/names.ts';
import { type KubeObject } from '../../shared/model/object.ts';
import { isMap, mapAt, type JsonMap } from '../model/json-map.ts';
import type { Copied, ObjectOrigin } from './origin.ts';

/** The facts that the labels of a component's objects name. `revision` null = no revision (a plain Application). */
export interface LabelFacts {
  readonly application: string;
  readonly component: string;
  readonly contextName: string;
  readonly revision: { readonly name: string; readonly suffix: string } | null;
  /** True when the objects of several revisions live side by side, so that selectors must tell them apart. */
  readonly isSuffixed: boolean;
  /** True for objects that are delivered as they are written: their metadata names the revision only when they are suffixed. */
  readonly isVerbatim: boolean;
  /** Of the Application. */
  readonly namespace: string;
  /** What its objects have of the Application. */
  readonly copied: Copied;
}

/** The last dash part of a revision's name: `v1` of `example-app-v1`. */
export function suffixOf(revision: string): string {
  return revision.slice(revision.lastIndexOf('-') + 1);
}

/**
 * The object with the labels of semantics.md: on itself and on the pods that it runs. Where revisions live
 * side by side, every map of labels or selectors that has the suffixed name has component and revision instead, and the
 * workload's selector has the revision.
 */
export function withLabels(object: KubeObject, facts: LabelFacts, origin: ObjectOrigin): KubeObject {
  const distinct = facts.isSuffixed
    ? (renamedIn(object, facts.contextName, oamLabels(facts, true)) as KubeObject)
    : object;
  const namesRevision = facts.revision !== null && (facts.isSuffixed || !facts.isVerbatim);
  const annotations = { ...facts.copied.annotations, ...distinct.metadata.annotations };
  const labelled: KubeObject = {
    ...distinct,
    metadata: {
      ...distinct.metadata,
      labels: {
        ...facts.copied.labels,
        ...kubernetesLabels(facts, namesRevision),
        ...distinct.metadata.labels,
        ...toolLabels(facts, origin),
        ...oamLabels(facts, namesRevision),
        [label.managedBy]: managedBy,
      },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
  };
  return withPods(labelled, facts, namesRevision);
}

/** The facts for an object that all revisions of a component have together: no revision is named on it. */
export function commonFacts(facts: LabelFacts): LabelFacts {
  return { ...facts, contextName: facts.component, isSuffixed: false, revision: null };
}

/** The object with every map of labels or selectors that has the suffixed name naming the component alone. */
export function withoutRevision(object: KubeObject, facts: LabelFacts): KubeObject {
  return facts.isSuffixed
    ? (renamedIn(object, facts.contextName, { [label.component]: facts.component }) as KubeObject)
    : object;
}

/** The labels of objects that belong to a whole deployment: traffic objects and shared Services. */
export function unitLabels(application: string, unitName: string): Record<string, string> {
  return {
    [label.name]: application,
    [label.instance]: unitName,
    [label.partOf]: application,
    [label.managedBy]: managedBy,
  };
}

type Named = Pick<LabelFacts, 'application' | 'component' | 'contextName' | 'revision'>;

/** The labels of a Service that stands for one component of one revision. */
export function serviceLabels(facts: Named): Record<string, string> {
  return { ...kubernetesLabels(facts, true), ...oamLabels(facts, true), [label.managedBy]: managedBy };
}

function kubernetesLabels(facts: Named, namesRevision: boolean): Record<string, string> {
  return {
    [label.name]: facts.component,
    [label.instance]: facts.contextName,
    ...(namesRevision && facts.revision !== null && { [label.version]: facts.revision.suffix }),
    [label.appComponent]: facts.component,
    [label.partOf]: facts.application,
  };
}

/** The labels by which tools for OAM find objects. They say the same in every revision: a label alone changes no object. */
function toolLabels(
  { application, namespace, revision, isSuffixed }: LabelFacts,
  { kind, type, resource }: ObjectOrigin,
): Record<string, string> {
  const isWorkload = kind === 'component' && resource === null;
  const wanted = {
    [label.appName]: application,
    [label.appNamespace]: namespace,
    [label.appRevision]: isSuffixed ? (revision?.name ?? '') : '',
    [label.resourceType]: isWorkload ? 'WORKLOAD' : 'TRAIT',
    [label.workloadType]: kind === 'component' ? type : '',
    [label.traitType]: kind === 'trait' ? type : isWorkload ? '' : 'AuxiliaryWorkload',
    [label.traitResource]: resource ?? '',
  };
  // A type or a name may be longer, or have other characters, than the value of a label can.
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => labelValue.test(value)));
}

const labelValue = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function oamLabels(facts: Pick<LabelFacts, 'component' | 'revision'>, namesRevision: boolean): Record<string, string> {
  return {
    [label.component]: facts.component,
    ...(namesRevision && facts.revision !== null && { [label.revision]: facts.revision.name }),
  };
}

/** Every map that names a component by this name with these labels instead. */
function renamedIn(value: unknown, contextName: string, labels: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((item) => renamedIn(item, contextName, labels));
  if (!isMap(value)) return value;
  const walked = Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, renamedIn(item, contextName, labels)]),
  );
  return walked[label.component] === contextName ? { ...walked, ...labels } : walked;
}

function withPods(object: KubeObject, facts: LabelFacts, namesRevision: boolean): KubeObject {
  const spec = mapAt(object, 'spec');
  const jobSpec = mapAt(spec, 'jobTemplate', 'spec');
  if (spec === undefined) return object;
  if (jobSpec !== undefined) {
    const jobTemplate = { ...mapAt(spec, 'jobTemplate'), spec: withPodLabels(jobSpec, facts, namesRevision) };
    return { ...object, spec: { ...spec, jobTemplate } };
  }
  return mapAt(spec, 'template', 'spec') === undefined
    ? object
    : { ...object, spec: withPodLabels(spec, facts, namesRevision) };
}

// A selector is immutable, so it gets the revision only where every revision has a workload of its own; and it must
// match its pods, so their own component label stays.
function withPodLabels(spec: JsonMap, facts: LabelFacts, namesRevision: boolean): JsonMap {
  const template = mapAt(spec, 'template') ?? {};
  const metadata = mapAt(template, 'metadata') ?? {};
  const given = mapAt(metadata, 'labels') ?? {};
  const { [label.component]: component, ...revision } = oamLabels(facts, namesRevision);
  const labels = {
    ...kubernetesLabels(facts, namesRevision),
    [label.component]: component,
    ...given,
    ...revision,
  };
  const matchLabels = mapAt(spec, 'selector', 'matchLabels');
  const selector =
    facts.isSuffixed && matchLabels !== undefined
      ? { selector: { ...mapAt(spec, 'selector'), matchLabels: { ...matchLabels, ...revision } } }
      : {};
  return { ...spec, ...selector, template: { ...template, metadata: { ...metadata, labels } } };
}
