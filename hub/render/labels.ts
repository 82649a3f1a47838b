import { label, managedBy } from '../../shared/model/names.ts';
import { type KubeObject } from '../../shared/model/object.ts';
import { isMap, mapAt, type JsonMap } from './value.ts';

/** The facts that the labels of a component's objects name. `revision` null = no revision (a plain Application). */
export interface Stamp {
  readonly application: string;
  readonly component: string;
  readonly contextName: string;
  readonly revision: { readonly name: string; readonly suffix: string } | null;
  /** True when the objects of several revisions live side by side, so that selectors must tell them apart. */
  readonly isSuffixed: boolean;
  /** True for objects that are delivered as they are written: their metadata names the revision only when they are suffixed. */
  readonly isVerbatim: boolean;
}

/**
 * The object with the labels of semantics.md: on itself and on the pods that it runs. Side by side with
 * more revisions, every map that named the component by its suffixed name names component and revision instead, in labels and selectors
 * alike, and the workload's selector holds the revision.
 */
export function stamped(object: KubeObject, stamp: Stamp): KubeObject {
  const told = stamp.isSuffixed ? (tellApart(object, stamp) as KubeObject) : object;
  const says = stamp.revision !== null && (stamp.isSuffixed || !stamp.isVerbatim);
  const labelled: KubeObject = {
    ...told,
    metadata: {
      ...told.metadata,
      labels: {
        ...standard(stamp, says),
        ...told.metadata.labels,
        ...oam(stamp, says),
        [label.managedBy]: managedBy,
      },
    },
  };
  return withPods(labelled, stamp, says);
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

/** The labels of a Service that stands for one component of one revision. */
export function serviceLabels(stamp: Omit<Stamp, 'isVerbatim' | 'isSuffixed'>): Record<string, string> {
  const full = { ...stamp, isVerbatim: false, isSuffixed: true };
  return { ...standard(full, true), ...oam(full, true), [label.managedBy]: managedBy };
}

function standard(stamp: Stamp, says: boolean): Record<string, string> {
  return {
    [label.name]: stamp.component,
    [label.instance]: stamp.contextName,
    ...(says && stamp.revision !== null && { [label.version]: stamp.revision.suffix }),
    [label.appComponent]: stamp.component,
    [label.partOf]: stamp.application,
  };
}

function oam(stamp: Stamp, says: boolean): Record<string, string> {
  return {
    [label.component]: stamp.component,
    ...(says && stamp.revision !== null && { [label.revision]: stamp.revision.name }),
  };
}

function tellApart(value: unknown, stamp: Stamp): unknown {
  if (Array.isArray(value)) return value.map((item) => tellApart(item, stamp));
  if (!isMap(value)) return value;
  const walked = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, tellApart(item, stamp)]));
  return walked[label.component] === stamp.contextName ? { ...walked, ...oam(stamp, true) } : walked;
}

function withPods(object: KubeObject, stamp: Stamp, says: boolean): KubeObject {
  const spec = mapAt(object, 'spec');
  const jobSpec = mapAt(spec, 'jobTemplate', 'spec');
  if (spec === undefined) return object;
  if (jobSpec !== undefined) {
    const jobTemplate = { ...mapAt(spec, 'jobTemplate'), spec: withPodLabels(jobSpec, stamp, says) };
    return { ...object, spec: { ...spec, jobTemplate } };
  }
  return mapAt(spec, 'template', 'spec') === undefined ? object : { ...object, spec: withPodLabels(spec, stamp, says) };
}

// A selector is immutable, so it gets the revision only where every revision has a workload of its own; and it must
// match its pods, so their own component label stays.
function withPodLabels(spec: JsonMap, stamp: Stamp, says: boolean): JsonMap {
  const template = mapAt(spec, 'template') ?? {};
  const metadata = mapAt(template, 'metadata') ?? {};
  const given = mapAt(metadata, 'labels') ?? {};
  const { [label.component]: component, ...revision } = oam(stamp, says);
  const labels = {
    ...standard(stamp, says),
    [label.component]: component,
    ...given,
    ...revision,
  };
  const matchLabels = mapAt(spec, 'selector', 'matchLabels');
  const selector =
    stamp.isSuffixed && matchLabels !== undefined
      ? { selector: { ...mapAt(spec, 'selector'), matchLabels: { ...matchLabels, ...revision } } }
      : {};
  return { ...spec, ...selector, template: { ...template, metadata: { ...metadata, labels } } };
}
