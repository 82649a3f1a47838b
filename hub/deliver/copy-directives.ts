import type { UnitDirective } from '../model/delivery.ts';
import type { Rollout } from '../model/agent-steps.ts';
import { directiveOf, type DirectiveInput } from './directives.ts';
import { isStepping } from './told.ts';
import type { DeliveryUnit } from './unit.ts';
import type { Wanted } from './wanted.ts';

/** What the directive of a unit of an Application with copies follows from. */
export interface CopyDirectiveInput extends DirectiveInput {
  /** The steps that lead to the content of the delivery. */
  readonly rollout: Rollout | undefined;
}

/**
 * How a cluster gets to what is wanted of an Application whose components have copies: by the steps of the delivery, and to an earlier content
 * with the copy of that beside the one that serves, too. Null = it runs, and no delivery brought it. Pure.
 */
export function copyDirectiveOf(
  input: CopyDirectiveInput,
  unit: DeliveryUnit,
  wanted: Wanted | null,
): UnitDirective | null {
  const { record, rollout } = input;
  const { last } = record;
  const content = wanted?.kind === 'content' ? wanted.content : input.content;
  if (wanted?.kind !== 'stay' && content !== last.content) return formerDirective(input, unit, content);
  const directive = directiveOf(input, unit, wanted);
  if (directive === null || directive.action === 'back') return directive;
  const attempt = attemptOf(directive, unit, last.content);
  return { ...directive, attempt, isCopy: true, ...(rollout !== undefined && { rollout }) };
}

/** Where what it was told under this number led elsewhere, an attempt above that. */
function attemptOf({ number, attempt }: UnitDirective, { published }: DeliveryUnit, content: string): number {
  const told = published?.delivery;
  const isElsewhere = told?.number === number && published?.content !== content;
  return isElsewhere ? Math.max(attempt, told.attempt + 1) : attempt;
}

/** Back to an earlier content: as a higher attempt, which the agent takes for another way. */
function formerDirective(
  { record: { last } }: CopyDirectiveInput,
  { published }: DeliveryUnit,
  content: string,
): UnitDirective | null {
  const told = published?.delivery;
  if (published?.content === content) {
    return told === undefined ? null : { number: told.number, attempt: told.attempt, action: 'run', isCopy: true };
  }
  const attempt = (told?.number === last.number ? told.attempt : last.attempt) + 1;
  return { number: last.number, attempt, action: 'run', isCopy: true };
}

/**
 * What is wanted of a unit now: where steps lead to another content than the wanted one, they are taken back first, because what serves may have given
 * pods away. Pure.
 */
export function backFirst(wanted: Wanted | null, unit: DeliveryUnit, content: string): Wanted | null {
  const { published } = unit;
  if (wanted?.kind === 'stay' || published === null || !isStepping(unit)) return wanted;
  if (published.content === (wanted?.kind === 'content' ? wanted.content : content)) return wanted;
  return hasReturned(unit)
    ? wanted
    : { kind: 'stay', reason: 'what it is on its way to is taken back first', isBack: true };
}

/** True once its agent says that what serves has all of its pods and traffic again. */
function hasReturned({ published, report }: DeliveryUnit): boolean {
  const said = report?.delivery;
  if (said?.phase !== 'returned' || report?.phase !== 'blocked') return false;
  return said.number === published?.delivery?.number;
}
