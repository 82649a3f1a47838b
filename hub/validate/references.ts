import { builtinComponents, builtinTraits, inPlaceComponents } from '../model/builtins.ts';
import { annotation } from '../../shared/model/names.ts';
import type { Application, Definition } from '../model/documents.ts';
import type { ReadDocument } from './read.ts';

/** What the documents of one snapshot can refer to. */
export interface Known {
  readonly components: readonly string[];
  readonly traits: readonly string[];
  /** Component types whose objects keep their names. */
  readonly inPlace: ReadonlySet<string>;
  /** Application key -> its document, null when it is broken. */
  readonly applications: ReadonlyMap<string, Application | null>;
  readonly files: ReadonlyMap<string, string>;
  /** The definitions that are whole. */
  readonly definitions: readonly Definition[];
}

/** Collects what can be referred to; broken documents count as there. */
export function knownOf(documents: readonly ReadDocument[], files: ReadonlyMap<string, string>): Known {
  const named = (kind: string): string[] =>
    documents
      .filter((read) => read.kind === kind)
      .flatMap(({ key }) => (key === null ? [] : [key.slice(key.indexOf('/') + 1)]));
  const definitions = documents
    .filter(({ kind, doc }) => kind === 'ComponentDefinition' && doc !== null)
    .map(({ doc }) => doc as Definition);
  const whole = documents.filter(({ kind, doc }) => kind.endsWith('Definition') && doc !== null);
  const inPlace = definitions.filter(({ metadata }) => metadata.annotations?.[annotation.inPlace] === 'true');
  const ownTypes = new Set(definitions.map(({ metadata }) => metadata.name));
  return {
    components: unique([...builtinComponents, ...named('ComponentDefinition')]),
    traits: unique([...builtinTraits, ...named('TraitDefinition')]),
    inPlace: new Set([
      ...inPlaceComponents.filter((type) => type === 'k8s-objects' || !ownTypes.has(type)),
      ...inPlace.map(({ metadata }) => metadata.name),
    ]),
    applications: new Map(
      documents
        .filter(({ kind }) => kind === 'Application')
        .flatMap(({ key, doc }) => (key === null ? [] : [[key, doc as Application | null] as const])),
    ),
    files,
    definitions: whole.map(({ doc }) => doc as Definition),
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
