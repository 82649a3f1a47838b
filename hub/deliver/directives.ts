import type { AppDelivery, Delivery, UnitDirective } from '../model/delivery.ts';
import { admissionsOf, decisionsOf } from './standing.ts';
import type { PublishedUnit } from './told.ts';
import type { DeliveryUnit } from './unit.ts';
import type { Wanted } from './wanted.ts';

/** What the directive of a unit follows from. */
export interface DirectiveInput {
  readonly record: AppDelivery;
  /** The content of the documents. */
  readonly content: string;
  /** Why nothing goes forward; null = it does. */
  readonly paused: string | null;
}

/**
 * How a cluster gets to what is wanted of a unit there: the delivery that brought that content, and its attempt there. What is told already stays as it
 * was told, so that nothing begins again. Null = no delivery did: it ran before there was one, or is not known. Pure.
 */
export function directiveOf(input: DirectiveInput, unit: DeliveryUnit, wanted: Wanted | null): UnitDirective | null {
  if (wanted?.kind === 'stay') return backFrom(unit, wanted);
  const { last } = input.record;
  const content = wanted?.kind === 'content' ? wanted.content : input.content;
  const isLast = content === last.content && (wanted === null || last.phase === 'running');
  return isLast ? forward(input, unit) : former(input, unit, content);
}

/** Steps that were begun are taken back; what was published stays published. */
function backFrom({ published }: DeliveryUnit, { isBack }: Extract<Wanted, { kind: 'stay' }>): UnitDirective | null {
  const told = published?.delivery;
  return told === undefined || isBack !== true ? null : { ...markOf(told), action: 'back' };
}

function forward(input: DirectiveInput, unit: DeliveryUnit): UnitDirective | null {
  const { last } = input.record;
  const { number } = last;
  if (number === 0) return null;
  const given = admissionsOf(last).get(unit.key)?.attempt ?? 1;
  return { number, attempt: attemptOf(unit, number, given), action: actionOf(input, unit) };
}

function former(input: DirectiveInput, unit: DeliveryUnit, content: string): UnitDirective | null {
  const number = numberOf(input, content, unit.published?.delivery);
  if (number === 0) return null;
  return { number, attempt: attemptOf(unit, number, 1), action: 'run', isAtOnce: true };
}

/** No lower than what the cluster was told of it. */
function attemptOf({ published }: DeliveryUnit, number: number, given: number): number {
  const told = published?.delivery;
  return told?.number === number ? Math.max(told.attempt, given) : given;
}

function markOf({
  number,
  attempt,
}: NonNullable<PublishedUnit['delivery']>): Pick<UnitDirective, 'number' | 'attempt'> {
  return { number, attempt };
}

/** The number that the cluster has of a content already, else the newest one of it. */
function numberOf({ record }: DirectiveInput, content: string, told: PublishedUnit['delivery']): number {
  const numbers = record.documents?.[content]?.numbers ?? [];
  return told !== undefined && numbers.includes(told.number) ? told.number : (numbers.at(-1) ?? 0);
}

function actionOf({ record: { last }, paused }: DirectiveInput, unit: DeliveryUnit): UnitDirective['action'] {
  if (isPromoted(last, unit)) return 'promote';
  return paused !== null && last.phase === 'running' ? 'pause' : 'run';
}

/** True where a person ended the steps since the unit was given them: those of later waves are gone through. */
function isPromoted(last: Delivery, { key, cluster }: DeliveryUnit): boolean {
  const at = admissionsOf(last).get(key)?.at;
  if (at === undefined) return false;
  return decisionsOf(last, 'promote').some(
    (decision) => (decision.cluster === undefined || decision.cluster === cluster) && decision.at > at,
  );
}
