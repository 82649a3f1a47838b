import { templateOf } from '../definitions/attributes.ts';
import { namespaceOf, type Definition } from '../model/documents.ts';
import type { WorkflowStep } from '../model/workflow.ts';
import type { StepType } from '../workflow/step.ts';

/** The `WorkflowStepDefinition` documents that are valid, by the type of step that they make. */
export type StepDefinitions = ReadonlyMap<string, readonly Definition[]>;

/**
 * Collects the definitions of steps. Those without a template make none, and those of the name of a built-in step do not count:
 * most of KubeVela's ask its controller for what a hub does itself, or say nothing of what they do.
 */
export function stepDefinitionsOf(
  documents: readonly Definition[],
  builtins: readonly Pick<StepType, 'type'>[],
): StepDefinitions {
  const own = new Set(builtins.map(({ type }) => type));
  const made = documents.filter((doc) => doc.kind === 'WorkflowStepDefinition' && templateOf(doc) !== '');
  return Map.groupBy(
    made.filter(({ metadata }) => !own.has(metadata.name)),
    ({ metadata }) => metadata.name,
  );
}

/** The definition that counts in a namespace: its own, else that of KubeVela's, else the first. */
export function definitionFor(type: string, namespace: string, definitions: StepDefinitions): Definition | undefined {
  const found = definitions.get(type) ?? [];
  const inside = (name: string) => found.find((doc) => namespaceOf(doc) === name);
  return inside(namespace) ?? inside('vela-system') ?? inside('default') ?? found[0];
}

/** Steps with the templates of the types that the repository defines: so a revision pins them. */
export function withTemplates(
  steps: readonly WorkflowStep[],
  namespace: string,
  definitions: StepDefinitions,
): readonly WorkflowStep[] {
  if (definitions.size === 0) return steps;
  return steps.map((step) => {
    const definition = definitionFor(step.type, namespace, definitions);
    const { subSteps } = step;
    return {
      ...step,
      ...(definition !== undefined && { template: templateOf(definition) }),
      ...(subSteps !== undefined && { subSteps: [...withTemplates(subSteps, namespace, definitions)] }),
    };
  });
}

/** The definitions that some steps use, those of groups included. */
export function definitionsIn(
  steps: readonly WorkflowStep[],
  namespace: string,
  definitions: StepDefinitions,
): readonly Definition[] {
  if (definitions.size === 0) return [];
  return steps.flatMap(({ type, subSteps = [] }) => {
    const own = definitionFor(type, namespace, definitions);
    return [...(own === undefined ? [] : [own]), ...definitionsIn(subSteps, namespace, definitions)];
  });
}
