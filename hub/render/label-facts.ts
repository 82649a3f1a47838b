import { definitionKey } from '../definitions/catalog.ts';
import { readsContextByName } from '../cue/program.ts';
import { namespaceOf, type Component } from '../model/documents.ts';
import type { RenderFault } from '../model/fault.ts';
import type { PinnedDefinition, RevisionRecord } from '../model/fleet.ts';
import type { Steps } from '../model/reporter.ts';
import { sourceOf } from '../sources/list.ts';
import type { ComponentSource } from '../sources/source.ts';
import type { ComponentJob } from './component.ts';
import { suffixOf, type LabelFacts } from './labels.ts';
import { copiedOf, type Copied } from './origin.ts';

/** How the components of a revision are named. */
export interface NamingOptions {
  /** True under an ApplicationDeployment, where revisions live side by side. */
  readonly isSuffixed: boolean;
  readonly sources: readonly ComponentSource[];
  /** What its objects have of the Application (default: what the recorded one says). */
  readonly copied?: Copied;
}

/** The facts that the labels of a component's objects name. */
export function labelFactsOf(
  record: RevisionRecord,
  { component, kind }: Pick<ComponentJob, 'component' | 'kind'>,
  options: NamingOptions,
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
    contextName: isSideBySide ? `${name}-${suffix}` : plainName(record, name, options),
    revision: options.isSuffixed && namesRevision ? { name: record.name, suffix } : null,
    isSuffixed: isSideBySide,
    isVerbatim,
  };
}

/** The name of what is not one of several revisions side by side: under an Application, that of its copy. */
function plainName({ copies }: RevisionRecord, name: string, { isSuffixed }: NamingOptions): string {
  return isSuffixed ? name : (copies?.[name] ?? name);
}

/** The name of a component; of a copy whose template reads the key, and names its objects by it, that of what it is a copy of. */
function nameOf({ name, replica }: Component, definition: PinnedDefinition | undefined): string {
  if (replica === undefined || definition === undefined) return name;
  return readsContextByName(definition.template, 'replicaKey') ? replica.of : name;
}

/** A name that does not fit in a label; null = all do. */
export function labelFault(facts: LabelFacts, path: Steps): RenderFault | null {
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
