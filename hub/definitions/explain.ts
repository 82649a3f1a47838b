import { by } from '../../shared/lib/order.ts';
import type { BuiltinDefinition } from './catalog.ts';
import { examples } from './examples.ts';
import { parametersOf, type Parameter } from './parameters.ts';

/** What there is to know of a built-in type. */
export interface Explained {
  readonly type: string;
  readonly kind: 'component' | 'trait';
  readonly description: string;
  /** The type that it is another name of; null for one of its own. */
  readonly aliasOf: string | null;
  /** The workloads that a trait applies to; empty for all. */
  readonly appliesTo: readonly string[];
  readonly parameters: readonly Parameter[];
  /** The components of an Application that uses it. */
  readonly example: object;
}

/** All that there is to know of the built-in types, components first, by name. */
export function explainAll(definitions: readonly BuiltinDefinition[]): readonly Explained[] {
  return definitions.map((one) => explained(one, definitions)).sort(by(({ kind, type }) => `${kind} ${type}`));
}

function explained(definition: BuiltinDefinition, all: readonly BuiltinDefinition[]): Explained {
  const { kind, type, description, appliesToWorkloads: appliesTo, source } = definition;
  // The name of the file comes first, then those that it is also known by.
  const first = all.find((one) => one.kind === kind && one.source === source)?.type ?? type;
  const properties = examples[first] ?? {};
  const component = { name: 'web', type: 'webservice', properties: { image: 'nginx:1.29' } };
  return {
    type,
    kind: kind === 'ComponentDefinition' ? 'component' : 'trait',
    description,
    aliasOf: first === type ? null : first,
    appliesTo,
    parameters: parametersOf(source),
    example:
      kind === 'ComponentDefinition'
        ? { components: [{ name: 'web', type, properties }] }
        : { components: [{ ...component, traits: [{ type, properties }] }] },
  };
}
