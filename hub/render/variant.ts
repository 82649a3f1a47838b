import type { Application, Component } from '../model/documents.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import { builtinDefinitions, definitionKey } from '../definitions/catalog.ts';
import type { JsonMap } from '../model/json-map.ts';
import { fieldsToRead, referenceOf } from '../model/reading.ts';
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
  const brought = broughtComponents(application, objects);
  const components = [...left, ...brought];
  const definitions = brought.length === 0 ? record.definitions : { ...objectsDefinition(), ...record.definitions };
  return {
    key,
    record: { ...record, definitions, application: withComponents(application, components, target) },
    paths: components.map((component) => pathOf(application, component)),
  };
}

/** What steps bring is rendered as a component of raw objects, and what they read as one that refers to it. */
function broughtComponents(application: Application, objects: readonly JsonMap[]): readonly Component[] {
  const written = objects.filter((one) => fieldsToRead(one) === null);
  const read = Map.groupBy(
    objects.filter((one) => fieldsToRead(one) !== null),
    (one) => JSON.stringify(referenceOf(one)),
  );
  const references = [...read.values()].flatMap(([one]) => (one === undefined ? [] : [referenceOf(one)]));
  const asks = [...read.values()].map((all) => [...new Set(all.flatMap((one) => fieldsToRead(one) ?? []))]);
  const own = { type: 'k8s-objects', properties: { objects: written } };
  const readings = { type: 'ref-objects', properties: { objects: references }, asks };
  return [
    ...(written.length === 0 ? [] : [{ ...own, name: freeName(application, 'workflow-objects') }]),
    ...(references.length === 0 ? [] : [{ ...readings, name: freeName(application, 'workflow-reads') }]),
  ];
}

/** A name that no component has. */
function freeName({ spec }: Application, base: string): string {
  const names = new Set(spec.components.map(({ name }) => name));
  let name = base;
  for (let count = 2; names.has(name); count += 1) name = `${base}-${count}`;
  return name;
}

const broughtTypes = ['k8s-objects', 'ref-objects'];

function objectsDefinition(): RevisionRecord['definitions'] {
  const found = builtinDefinitions.filter(
    ({ kind, type }) => kind === 'ComponentDefinition' && broughtTypes.includes(type),
  );
  return Object.fromEntries(found.map((one) => [definitionKey(one.kind, one.type), one]));
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
