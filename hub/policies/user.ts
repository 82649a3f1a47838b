import { z } from 'zod';
import type { Application, Component } from '../model/documents.ts';
import { policyName, type PolicyEntry } from '../model/workflow.ts';
import { definePolicy, type Policy } from './policy.ts';

/** The policy of a user's `PolicyDefinition`: what its properties may be, its template says, when it is rendered. */
export function userPolicy(type: string): Policy {
  return definePolicy({
    type,
    isContent: true,
    schema: z.record(z.string(), z.unknown()),
    check: () => undefined,
    apply: () => [],
  });
}

/** A policy whose objects a template makes, as the component that it is rendered like, and its place in the list of policies. */
export interface RenderedPolicy {
  readonly component: Component;
  readonly index: number;
}

/** The policies of an application of which a template makes objects: those whose types are not built in. */
export function renderedPolicies(
  { spec: { policies = [] } }: Pick<Application, 'spec'>,
  types: readonly Policy[],
): readonly RenderedPolicy[] {
  return policies.flatMap((entry, index) =>
    isOwn(entry, types) ? [{ component: componentOf(entry, index), index }] : [],
  );
}

function isOwn({ type }: PolicyEntry, types: readonly Policy[]): boolean {
  return !types.some((one) => one.type === type);
}

function componentOf(entry: PolicyEntry, index: number): Component {
  const { type, properties } = entry;
  return { name: policyName(entry, index), type, ...(properties !== undefined && { properties }) };
}
