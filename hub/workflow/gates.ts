import type { Steps } from '../model/reporter.ts';
import type { Program, ProgramStep } from './program.ts';

/** Something in a program that lets nothing go on by itself. */
export interface Gate {
  readonly path: Steps;
  readonly message: string;
  readonly hint: string;
}

const hint = 'one deploy step is delivered at once; deliveries with gates come with the delivery engine';

/** Everything in a program that must hold something back. To ignore one would deliver where nothing may go yet. Pure. */
export function gatesOf(program: Program): readonly Gate[] {
  const { steps, mode } = program;
  const delivering = steps.filter((step) => step.path.length > 0 && delivers(step));
  const order = mode.steps === 'StepByStep' ? delivering.slice(1) : [];
  return [
    ...order.map((step) => gate(step, [], `${step.name} waits for the steps before it`)),
    ...steps.flatMap(ownGates),
  ];
}

function delivers({ wants, steps }: ProgramStep): boolean {
  return wants.length > 0 || steps.some(delivers);
}

function ownGates(step: ProgramStep): readonly Gate[] {
  const { type, use, condition, timeoutSeconds, dependsOn, inputs, outputs, rollout, steps } = step;
  const { auto } = use.properties as { readonly auto?: unknown };
  const found: readonly (readonly [isThere: boolean, path: Steps, what: string])[] = [
    [type.type === 'suspend', ['type'], 'a step of type suspend'],
    [auto === false, ['properties', 'auto'], 'auto: false'],
    [condition !== null, ['if'], 'a condition'],
    [timeoutSeconds !== null, ['timeout'], 'a timeout'],
    [dependsOn.length > 0, ['dependsOn'], 'an order of steps'],
    [inputs.length > 0, ['inputs'], 'an input'],
    [outputs.length > 0, ['outputs'], 'an output'],
    [rollout !== null, [], 'a rollout'],
  ];
  const own = found.flatMap(([isThere, path, what]) =>
    isThere ? [gate(step, path, `${what} is not supported yet`)] : [],
  );
  return [...own, ...steps.flatMap(ownGates)];
}

function gate({ path }: ProgramStep, more: Steps, message: string): Gate {
  return { path: path.length === 0 ? ['spec', 'policies'] : [...path, ...more], message, hint };
}
