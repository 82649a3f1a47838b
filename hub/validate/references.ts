import { builtinDefinitions, createCatalog, type BuiltinDefinition, type Catalog } from '../definitions/catalog.ts';
import type { Application, Definition } from '../model/documents.ts';
import { componentSources } from '../sources/list.ts';
import type { ComponentSource } from '../sources/source.ts';
import type { ReadDocument } from './read.ts';

/** The lists that documents are checked against, beside the documents themselves. */
export interface Lists {
  readonly definitions: readonly BuiltinDefinition[];
  readonly sources: readonly ComponentSource[];
}

/** All that Sluice brings along. */
export const builtinLists: Lists = { definitions: builtinDefinitions, sources: componentSources };

/** What the documents of one snapshot can refer to. */
export interface References {
  readonly components: readonly string[];
  readonly traits: readonly string[];
  /** The definitions that are valid, and the built-in ones. */
  readonly catalog: Catalog;
  readonly sources: readonly ComponentSource[];
  /** Application key -> its document, null when it is broken. */
  readonly applications: ReadonlyMap<string, Application | null>;
  readonly files: ReadonlyMap<string, string>;
}

/** Collects what can be referred to; broken documents count as there. */
export function referencesOf(
  documents: readonly ReadDocument[],
  files: ReadonlyMap<string, string>,
  { definitions, sources }: Lists,
): References {
  const valid = documents.filter(({ kind, doc }) => kind.endsWith('Definition') && doc !== null);
  const catalog = createCatalog(
    valid.map(({ doc }) => doc as Definition),
    definitions,
  );
  return {
    components: unique([...catalog.types('ComponentDefinition'), ...namesOf(documents, 'ComponentDefinition')]),
    traits: unique([...catalog.types('TraitDefinition'), ...namesOf(documents, 'TraitDefinition')]),
    catalog,
    sources,
    applications: new Map(
      documents
        .filter(({ kind }) => kind === 'Application')
        .flatMap(({ key, doc }) => (key === null ? [] : [[key, doc as Application | null] as const])),
    ),
    files,
  };
}

function namesOf(documents: readonly ReadDocument[], wanted: string): string[] {
  return documents
    .filter(({ kind }) => kind === wanted)
    .flatMap(({ key }) => (key === null ? [] : [key.slice(key.indexOf('/') + 1)]));
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
