import type { Steps } from '../model/reporter.ts';
import { keySteps } from './parameter-key.ts';
import type { Program, ProgramStep } from './program.ts';

/** Something in a program that lets nothing go on by itself. */
export interface Gate {
  readonly path: Steps;
  readonly message: string;
  readonly hint: string;
}

/**
 * The inputs of a program that would say where a step delivers, or what: that is told by the documents, so that validation, guards and
 * plans know it before anything is delivered, and the same revision is the same content everywhere. Pure.
 */
export function gatesOf({ steps }: Pick<Program, 'steps'>): readonly Gate[] {
  return steps.flatMap((step) => [...ownGates(step), ...gatesOf(step)]);
}

function ownGates({ inputs, wants, type, path }: ProgramStep): readonly Gate[] {
  const { takes = [] } = type;
  if (wants.length === 0 || takes === 'all') return [];
  return inputs.flatMap(({ parameterKey }, index) => {
    const [member] = keySteps(parameterKey ?? '') ?? [];
    if (member === undefined || takes.includes(String(member))) return [];
    return [
      {
        path: [...path, 'inputs', index, 'parameterKey'],
        message: `an input cannot give ${parameterKey ?? ''} of a step ${type.type}: the documents say where it delivers, and what`,
        hint: `${takes.length === 0 ? '' : `here inputs give ${takes.join(', ')}; `}components pass values of their objects with inputs and outputs of their own`,
      },
    ];
  });
}
