import type { Steps } from '../model/reporter.ts';
import type { Program, ProgramStep } from './program.ts';

/** Something in a program that lets nothing go on by itself. */
export interface Gate {
  readonly path: Steps;
  readonly message: string;
  readonly hint: string;
}

const hint = 'leave it out: to ignore it would deliver where nothing may go yet';

/** Everything in a program that holds something back and is not built yet. Pure. */
export function gatesOf(program: Program): readonly Gate[] {
  const { steps, mode } = program;
  const delivering = steps.filter((step) => step.path.length > 0 && delivers(step));
  // A cluster has the whole content or nothing of it: components one after the other would be all at once.
  const isPartial = delivering.some((step) => deliversParts(step));
  const order = mode.steps === 'StepByStep' && isPartial ? delivering.slice(1) : [];
  return [
    ...order.map((step) => gate(step, [], `${step.name} waits for the steps before it`)),
    ...steps.flatMap(ownGates),
  ];
}

function delivers({ wants, steps }: ProgramStep): boolean {
  return wants.length > 0 || steps.some(delivers);
}

function deliversParts({ wants, steps }: ProgramStep): boolean {
  return wants.some(({ components }) => components !== null) || steps.some(deliversParts);
}

function ownGates(step: ProgramStep): readonly Gate[] {
  const { condition, inputs, outputs, rollout, steps } = step;
  const found: readonly (readonly [isThere: boolean, path: Steps, what: string])[] = [
    [condition !== null && condition !== 'always', ['if'], 'a condition but `always`'],
    [inputs.length > 0, ['inputs'], 'an input'],
    [outputs.length > 0, ['outputs'], 'an output'],
    [rollout?.onNewRevision === 'finish', [], 'onNewRevision: finish'],
  ];
  const own = found.flatMap(([isThere, path, what]) =>
    isThere ? [gate(step, path, `${what} is not supported yet`)] : [],
  );
  return [...own, ...steps.flatMap(ownGates)];
}

function gate({ path }: ProgramStep, more: Steps, message: string): Gate {
  return { path: path.length === 0 ? ['spec', 'policies'] : [...path, ...more], message, hint };
}
