import type { Application, Component } from '../model/documents.ts';
import type { Steps } from '../model/reporter.ts';
import { policyName, type PolicyEntry } from '../model/workflow.ts';
import type { Policy, PolicyEffect } from './policy.ts';

/** A policy of an application, with what it does. */
export interface NamedPolicy {
  readonly name: string;
  readonly type: string;
  readonly effects: readonly PolicyEffect[];
  /** The path of its properties in the document. */
  readonly path: Steps;
}

/** The policies of an application in the order of its document; those of unknown types, and of wrong properties, are left out. */
export function policiesOf(application: Application, types: readonly Policy[]): readonly NamedPolicy[] {
  return (application.spec.policies ?? []).flatMap((entry, index) => {
    const policy = types.find(({ type }) => type === entry.type);
    const read = policy?.schema.safeParse(entry.properties ?? {});
    if (policy === undefined || read?.success !== true) return [];
    const name = policyName(entry, index);
    const effects = policy.apply({ name, properties: read.data }, application);
    return [{ name, type: entry.type, effects, path: ['spec', 'policies', index, 'properties'] }];
  });
}

/** The policies that belong to the content of an application: an edit of one is the next revision. */
export function contentPolicies(
  policies: readonly PolicyEntry[],
  types: readonly Policy[],
): readonly Required<PolicyEntry>[] {
  // What is not built in makes objects.
  const others = new Set(types.filter(({ isContent }) => isContent !== true).map(({ type }) => type));
  return policies.flatMap((entry, index) => {
    const { type, properties = {} } = entry;
    return others.has(type) ? [] : [{ name: policyName(entry, index), type, properties }];
  });
}

/** How the name of a policy stands in a list of those that count: the env of an `env-binding` behind it. */
export function usedName(policy: string, env?: string): string {
  return env === undefined ? policy : `${policy}/${env}`;
}

/** The components where some policies count, in their order (`usedName`). */
export function componentsWith(
  application: Application,
  used: readonly string[],
  types: readonly Policy[],
): readonly Component[] {
  if (used.length === 0) return application.spec.components;
  const edits = policiesOf(application, types).flatMap(({ name, effects }) =>
    effects.flatMap((effect) => (effect.kind === 'components' ? [[usedName(name, effect.env), effect] as const] : [])),
  );
  const edited = new Map(edits);
  const isLast = (name: string): boolean => edited.get(name)?.isLast === true;
  const ordered = [...used.filter((name) => !isLast(name)), ...used.filter(isLast)];
  return ordered.reduce<readonly Component[]>(
    (components, name) => edited.get(name)?.edit(components) ?? components,
    application.spec.components,
  );
}

/** The components of an application, and all that its policies make of them: what a revision pins definitions for. */
export function everyComponent(application: Application, types: readonly Policy[]): readonly Component[] {
  const { components, policies = [] } = application.spec;
  if (policies.length === 0) return components;
  const edits = policiesOf(application, types).flatMap(({ effects }) =>
    effects.flatMap((effect) => (effect.kind === 'components' ? [effect.edit] : [])),
  );
  const together = edits.reduce<readonly Component[]>((all, edit) => [...all, ...edit(all)], components);
  return [...new Set(together)];
}

/** What an effect of a kind says of an application; undefined where no policy has one. */
export function effectOf<K extends PolicyEffect['kind']>(
  application: Application,
  kind: K,
  types: readonly Policy[],
): Extract<PolicyEffect, { readonly kind: K }> | undefined {
  if ((application.spec.policies ?? []).length === 0) return undefined;
  return policiesOf(application, types)
    .flatMap(({ effects }) => effects)
    .find((effect): effect is Extract<PolicyEffect, { readonly kind: K }> => effect.kind === kind);
}
