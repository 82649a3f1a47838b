import type { WorkflowStep } from '../../model/workflow.ts';
import type { StepType } from '../step.ts';
import { interpretedStep } from './run.ts';

// Of few templates: those of the repository.
const known = new Map<string, StepType>();
const mostKnown = 1_000;

/** The type of a step that the repository defines; undefined for all others. */
export function definedStep({ type, template }: Pick<WorkflowStep, 'type' | 'template'>): StepType | undefined {
  if (template === undefined) return undefined;
  const key = `${type}\n${template}`;
  const found = known.get(key) ?? interpretedStep({ type, template });
  if (known.size >= mostKnown) known.clear();
  known.set(key, found);
  return found;
}
