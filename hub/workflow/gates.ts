import type { Steps } from '../model/reporter.ts';
import type { Program, ProgramStep } from './program.ts';

/** Something in a program that lets nothing go on by itself. */
export interface Gate {
  readonly path: Steps;
  readonly message: string;
  readonly hint: string;
}

const hint =
  'write inputs and outputs at the components: they pass values of their objects, as they are in the cluster';

/** Everything in a program that holds something back and is not built yet. Pure. */
export function gatesOf({ steps }: Pick<Program, 'steps'>): readonly Gate[] {
  return steps.flatMap(ownGates);
}

function ownGates(step: ProgramStep): readonly Gate[] {
  const { inputs, steps, wants } = step;
  const isPlaced = wants.some(({ components }) => components === null || components.length > 0);
  const keyed = inputs.filter(({ parameterKey }) => parameterKey !== null && parameterKey !== '');
  const found: readonly (readonly [isThere: boolean, path: Steps, what: string])[] = [
    // What is delivered where is told before anything is.
    [isPlaced && keyed.length > 0, ['inputs'], 'an input of a step that delivers'],
  ];
  const own = found.flatMap(([isThere, path, what]) =>
    isThere ? [gate(step, path, `${what} is not supported yet`)] : [],
  );
  return [...own, ...steps.flatMap(ownGates)];
}

function gate({ path }: ProgramStep, more: Steps, message: string): Gate {
  return { path: path.length === 0 ? ['spec', 'policies'] : [...path, ...more], message, hint };
}
