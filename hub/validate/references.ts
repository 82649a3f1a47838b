import { builtinDefinitions, createCatalog, type BuiltinDefinition, type Catalog } from '../definitions/catalog.ts';
import type { Application, Definition, PolicyDocument, WorkflowDocument } from '../model/documents.ts';
import { policies } from '../policies/types/list.ts';
import type { Policy } from '../policies/policy.ts';
import { userPolicy } from '../policies/user.ts';
import { componentSources } from '../sources/list.ts';
import type { ComponentSource } from '../sources/source.ts';
import type { StepType } from '../workflow/step.ts';
import { steps } from '../workflow/steps/list.ts';
import type { ReadDocument } from './read.ts';
import { stepDefinitionsOf, type StepDefinitions } from './step-definitions.ts';

/** The lists that documents are checked against, beside the documents themselves. */
export interface Lists {
  readonly definitions: readonly BuiltinDefinition[];
  readonly sources: readonly ComponentSource[];
  readonly policies: readonly Policy[];
  readonly steps: readonly StepType[];
}

/** All that Sluice brings along. */
export const builtinLists: Lists = {
  definitions: builtinDefinitions,
  sources: componentSources,
  policies,
  steps,
};

/** Everything that the documents of one snapshot can refer to. */
export interface References {
  readonly components: readonly string[];
  readonly traits: readonly string[];
  /** The definitions that are valid, and the built-in ones. */
  readonly catalog: Catalog;
  readonly builtins: readonly BuiltinDefinition[];
  readonly sources: readonly ComponentSource[];
  readonly policies: readonly Policy[];
  readonly steps: readonly StepType[];
  /** Application key -> its document, null when it is broken. */
  readonly applications: ReadonlyMap<string, Application | null>;
  /** Keys of all Applications and ApplicationDeployments. */
  readonly delivered: readonly string[];
  /** Policies and workflows in documents of their own, by key; null when they are broken. */
  readonly policyDocuments: ReadonlyMap<string, PolicyDocument | null>;
  readonly workflowDocuments: ReadonlyMap<string, WorkflowDocument | null>;
  /** What the repository defines of steps. */
  readonly stepDefinitions: StepDefinitions;
  readonly files: ReadonlyMap<string, string>;
}

/** Collects what can be referred to; broken documents count as there. */
export function referencesOf(
  documents: readonly ReadDocument[],
  files: ReadonlyMap<string, string>,
  lists: Lists,
): References {
  const valid = documents.filter(({ kind, doc }) => kind.endsWith('Definition') && doc !== null);
  const catalog = createCatalog(
    valid.map(({ doc }) => doc as Definition),
    lists.definitions,
  );
  return {
    components: unique([...catalog.types('ComponentDefinition'), ...namesOf(documents, 'ComponentDefinition')]),
    traits: unique([...catalog.types('TraitDefinition'), ...namesOf(documents, 'TraitDefinition')]),
    catalog,
    builtins: lists.definitions,
    sources: lists.sources,
    policies: [...lists.policies, ...userPolicies(catalog, documents, lists)],
    steps: lists.steps,
    applications: byKey<Application>(documents, 'Application'),
    delivered: documents.flatMap(({ kind, key }) => (kind.startsWith('Application') && key !== null ? [key] : [])),
    policyDocuments: byKey<PolicyDocument>(documents, 'Policy'),
    workflowDocuments: byKey<WorkflowDocument>(documents, 'Workflow'),
    stepDefinitions: stepDefinitionsOf(
      valid.map(({ doc }) => doc as Definition),
      lists.steps,
    ),
    files,
  };
}

/** The types of the PolicyDefinitions that are there; a built-in type of the name counts more. */
function userPolicies(catalog: Catalog, documents: readonly ReadDocument[], { policies: own }: Lists): Policy[] {
  const builtin = new Set(own.map(({ type }) => type));
  const types = unique([...catalog.types('PolicyDefinition'), ...namesOf(documents, 'PolicyDefinition')]);
  return types.filter((type) => !builtin.has(type)).map(userPolicy);
}

function byKey<T>(documents: readonly ReadDocument[], wanted: string): ReadonlyMap<string, T | null> {
  const found = documents.filter(({ kind }) => kind === wanted);
  return new Map(found.flatMap(({ key, doc }) => (key === null ? [] : [[key, doc as T | null] as const])));
}

function namesOf(documents: readonly ReadDocument[], wanted: string): string[] {
  return documents
    .filter(({ kind }) => kind === wanted)
    .flatMap(({ key }) => (key === null ? [] : [key.slice(key.indexOf('/') + 1)]));
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
