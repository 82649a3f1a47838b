import { everyNeed, needsOf, type Needs } from '../workflow/order.ts';
import type { ProgramStep } from '../workflow/program.ts';

/** What tells whether a step can begin. */
export interface ReadyFacts {
  /** All steps of the program. */
  readonly steps: readonly ProgramStep[];
  /** Those of its list that come before it, where these run one after the other. */
  readonly before: readonly ProgramStep[];
  readonly hasEnded: (step: ProgramStep) => boolean;
}

interface Order {
  readonly needs: Needs;
  readonly all: ReturnType<typeof everyNeed>;
}

const orders = new WeakMap<readonly ProgramStep[], Order>();

function orderOf(steps: readonly ProgramStep[]): Order {
  const known = orders.get(steps);
  if (known !== undefined) return known;
  const needs = needsOf(steps);
  const order = { needs, all: everyNeed(needs) };
  orders.set(steps, order);
  return order;
}

/** True once all that a step needs has ended: what it names, what gives its inputs, and what comes before it. Pure. */
export function isReady({ name, steps: own }: ProgramStep, { steps, before, hasEnded }: ReadyFacts): boolean {
  const { needs, all } = orderOf(steps);
  const named = new Set(needs.get(name));
  // What is written wins over the order: a step that needs this one does not hold it up.
  const first = before.filter((other) => all.get(other.name)?.has(name) !== true);
  const inside = new Set(own.map((one) => one.name));
  return first.every(hasEnded) && areOver(steps, { names: named, inside, hasEnded });
}

interface Wanted {
  readonly names: ReadonlySet<string>;
  readonly inside: ReadonlySet<string>;
  readonly hasEnded: (step: ProgramStep) => boolean;
}

/** True where every step of these names has ended; one in a group that has ended, too. */
function areOver(steps: readonly ProgramStep[], wanted: Wanted): boolean {
  const { names, inside, hasEnded } = wanted;
  return steps.every((step) => {
    if (hasEnded(step)) return true;
    if (names.has(step.name) && !inside.has(step.name)) return false;
    return areOver(step.steps, wanted);
  });
}
