import { canonicalJson } from '../../shared/lib/canonical.ts';
import { label } from '../../shared/model/names.ts';
import type { KubeObject } from '../../shared/model/object.ts';
import { docKey, type Application, type Component } from '../model/documents.ts';
import type { Fleet } from '../model/fleet.ts';

type Documents = Pick<Fleet, 'applications' | 'definitions'>;

/** Tells a workload whose pods a change replaces because a trait says so, whatever its kind; `app` is `namespace/name`. */
export type IsDisrupted = (app: string, object: KubeObject) => boolean;

/**
 * What of a change the traits disrupt that say `podDisruptive` (of their TraitDefinition): the workloads of components that get such a
 * trait, lose it, or have it otherwise than before. Pure.
 */
export function disruptedBy(before: Documents | null, after: Documents): IsDisrupted {
  const disruptive = new Set(
    [...(before?.definitions ?? []), ...after.definitions]
      .filter(({ doc }) => doc.kind === 'TraitDefinition' && doc.spec['podDisruptive'] === true)
      .map(({ doc }) => doc.metadata.name),
  );
  if (disruptive.size === 0) return () => false;
  const [old, now] = [traitsOf(before, disruptive), traitsOf(after, disruptive)];
  const changed = new Set(
    [...old.keys(), ...now.keys()].filter((key) => (old.get(key) ?? '') !== (now.get(key) ?? '')),
  );
  return (app, { metadata: { labels = {} } }) =>
    labels[label.resourceType] === 'WORKLOAD' && changed.has(`${app} ${labels[label.component] ?? ''}`);
}

/** The traits of these types that each component has, by `app component`, as a text. */
function traitsOf(documents: Documents | null, types: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = (documents?.applications ?? []).flatMap(({ doc }) =>
    doc.spec.components.map((component) => [keyOf(doc, component), textOf(component, types)] as const),
  );
  return new Map(found);
}

function keyOf(doc: Application, { name }: Component): string {
  return `${docKey(doc)} ${name}`;
}

function textOf({ traits = [] }: Component, types: ReadonlySet<string>): string {
  const own = traits.filter(({ type }) => types.has(type));
  return own.length === 0 ? '' : canonicalJson(own.map(({ type, properties = {} }) => ({ type, properties })));
}
