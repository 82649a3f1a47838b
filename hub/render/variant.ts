import type { Application, Component } from '../model/documents.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
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

export type VariantFacts = Pick<Assignment, 'target' | 'policies' | 'components'>;

// The same value for the same facts: what was rendered of it is found by it.
const known = new WeakMap<RevisionRecord, Map<string, Variant>>();

/** The revision as an assignment wants it. Pure. */
export function variantOf(record: RevisionRecord, facts: VariantFacts): Variant {
  const key = keyOf(facts);
  if (key === '') return { key, record, paths: null };
  const variants = known.get(record) ?? new Map<string, Variant>();
  known.set(record, variants);
  const variant = variants.get(key) ?? madeOf(record, facts, key);
  variants.set(key, variant);
  return variant;
}

function keyOf({ target, policies: used = [], components }: VariantFacts): string {
  if (target === undefined && used.length === 0 && components === undefined) return '';
  return JSON.stringify([target ?? null, used, components ?? null]);
}

function madeOf(record: RevisionRecord, { target, policies: used = [], components: only }: VariantFacts, key: string) {
  const { application } = record;
  const all = componentsWith(application, used, policies);
  const components = only === undefined ? all : all.filter(({ name }) => only.includes(name));
  return {
    key,
    record: { ...record, application: withComponents(application, components, target) },
    paths: components.map((component) => pathOf(application, component)),
  };
}

function withComponents(application: Application, components: readonly Component[], target?: string): Application {
  const { metadata, spec } = application;
  return {
    ...application,
    metadata: target === undefined ? metadata : { ...metadata, namespace: target },
    spec: { ...spec, components: [...components] },
  };
}

// A component that a policy makes stands in the policies.
function pathOf({ spec }: Application, { name }: Component): Steps {
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
