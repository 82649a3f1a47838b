import type { Application, Component } from '../model/documents.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import { builtinDefinitions, definitionKey } from '../definitions/catalog.ts';
import type { JsonMap } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';
import { policies } from '../policies/types/list.ts';
import { componentsWith } from '../policies/uses.ts';

/** A revision as one place gets it: with overrides, some of its components, another namespace. */
export interface Variant {
  /** Names it among the variants of its revision; empty = as the document says. */
  readonly key: string;
  readonly record: RevisionRecord;
  /** Where each component of the record stands in the document; null = at its own index. */
  readonly paths: readonly Steps[] | null;
}

export type VariantFacts = Pick<Assignment, 'target' | 'policies' | 'components' | 'without' | 'objects'>;

// The same value for the same facts: what was rendered of it is found by it.
const known = new WeakMap<RevisionRecord, Map<string, Variant>>();

/** The revision as an assignment wants it. Pure. */
export function variantOf(record: RevisionRecord, facts: VariantFacts): Variant {
  const key = keyOf(facts);
  const variants = known.get(record) ?? new Map<string, Variant>();
  known.set(record, variants);
  const variant = variants.get(key) ?? (key === '' ? { key, record, paths: null } : madeOf(record, facts, key));
  variants.set(key, variant);
  return variant;
}

function keyOf({ target, policies: used = [], components, without = [], objects = [] }: VariantFacts): string {
  const more = objects.length > 0 ? [without, objects] : without.length > 0 ? [without] : [];
  if (target === undefined && used.length === 0 && components === undefined && more.length === 0) return '';
  return JSON.stringify([target ?? null, used, components ?? null, ...more]);
}

function madeOf(record: RevisionRecord, facts: VariantFacts, key: string): Variant {
  const { target, policies: used = [], components: only, without = [], objects = [] } = facts;
  const { application } = record;
  const all = componentsWith(application, used, policies);
  const chosen = only === undefined ? all : all.filter(({ name }) => only.includes(name));
  const left = chosen.filter(({ name }) => !without.includes(name));
  const brought = objects.length === 0 ? [] : [objectsComponent(application, objects)];
  const components = [...left, ...brought];
  const definitions = brought.length === 0 ? record.definitions : { ...objectsDefinition(), ...record.definitions };
  return {
    key,
    record: { ...record, definitions, application: withComponents(application, components, target) },
    paths: components.map((component) => pathOf(application, component)),
  };
}

/** What steps bring is rendered as a component of raw objects, under a name that no other one has. */
function objectsComponent({ spec }: Application, objects: readonly JsonMap[]): Component {
  const names = new Set(spec.components.map(({ name }) => name));
  let name = 'workflow-objects';
  for (let count = 2; names.has(name); count += 1) name = `workflow-objects-${count}`;
  return { name, type: 'k8s-objects', properties: { objects } };
}

function objectsDefinition(): RevisionRecord['definitions'] {
  const found = builtinDefinitions.find(({ kind, type }) => kind === 'ComponentDefinition' && type === 'k8s-objects');
  return found === undefined ? {} : { [definitionKey(found.kind, found.type)]: found };
}

function withComponents(application: Application, components: readonly Component[], target?: string): Application {
  const { metadata, spec } = application;
  return {
    ...application,
    metadata: target === undefined ? metadata : { ...metadata, namespace: target },
    spec: { ...spec, components: [...components] },
  };
}

// A component that a policy makes stands in the policies, and what steps bring in the workflow.
function pathOf({ spec }: Application, { name, properties }: Component): Steps {
  if (properties?.['objects'] !== undefined && !spec.components.some((one) => one.name === name))
    return ['spec', 'workflow'];
  const index = spec.components.findIndex((one) => one.name === name);
  return index < 0 ? ['spec', 'policies'] : ['spec', 'components', index];
}

/** The place in the document of a path into a variant. */
export function pathInDocument({ paths }: Pick<Variant, 'paths'>, path: Steps): Steps {
  const [spec, list, index, ...rest] = path;
  if (paths === null || spec !== 'spec' || list !== 'components' || typeof index !== 'number') return path;
  const base = paths[index] ?? ['spec'];
  return base[1] === 'components' ? [...base, ...rest] : base;
}

/** What is said of a variant behind the name of its revision; empty for one that is as the document says. */
export function withWords({ policies: used = [] }: Pick<VariantFacts, 'policies'>): string {
  return used.length === 0 ? '' : ` with ${used.join(', ')}`;
}
