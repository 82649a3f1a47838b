import { oncePerText } from '../../../shared/lib/memo.ts';
import type { WorkflowStep } from '../../model/workflow.ts';
import type { StepType } from '../step.ts';
import { interpretedStep } from './run.ts';

// Of few templates: those of the repository. The name of a type has no line break.
const interpreted = oncePerText(1_000, (text): StepType => {
  const end = text.indexOf('\n');
  return interpretedStep({ type: text.slice(0, end), template: text.slice(end + 1) });
});

/** The type of a step that the repository defines; undefined for all others. */
export function definedStep({ type, template }: Pick<WorkflowStep, 'type' | 'template'>): StepType | undefined {
  return template === undefined ? undefined : interpreted(`${type}\n${template}`);
}
