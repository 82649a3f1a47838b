import type { AppDelivery } from '../model/delivery.ts';
import type { Application } from '../model/documents.ts';
import type { Program } from '../workflow/program.ts';
import { backFirst } from './copy-directives.ts';
import { movePlanOf, type MovePlan, type NumbersOf } from './moving.ts';
import type { DeliveryUnit } from './unit.ts';
import type { Wanted } from './wanted.ts';

/** The content to go back to from the one that serves; `previous` is the one that was delivered before it. Null = there is none. */
export type Before = (serving: string, previous: string | null) => string | null;

/** What the documents of an Application say of its way. */
export interface SaidWays {
  readonly program: Program;
  readonly application: Application;
  readonly content: string;
  /** Of an Application whose components have copies: the numbers of their contents. */
  readonly copies?: NumbersOf;
  /** The content before another one, where the documents say to go back; absent = they do not. */
  readonly goesBackTo?: Before;
}

/** The way of an Application to its content, where that is not all of it at once. */
export interface Ways {
  /** How its steps move pods and traffic in clusters; absent = its components have no copies. */
  readonly moves?: MovePlan;
  /** The earlier content that the documents say to go back to; absent = they say their own. */
  readonly instead?: string;
}

/** Finds the way of an Application by what serves. Pure. */
export function waysOf(said: SaidWays, record: AppDelivery | undefined, units: readonly DeliveryUnit[]): Ways {
  const { copies, goesBackTo, program, application, content } = said;
  if (copies === undefined && goesBackTo === undefined) return {};
  const serving = servingOf(record, units);
  const moves =
    copies === undefined ? undefined : { program, application, numbers: numbersAt(copies, serving, content) };
  if (serving === undefined || goesBackTo === undefined) return moves === undefined ? {} : { moves: movePlanOf(moves) };
  const instead = goesBackTo(serving, record?.previous ?? null);
  return { ...(moves !== undefined && { moves: movePlanOf(moves) }), ...(instead !== null && { instead }) };
}

function numbersAt(copies: NumbersOf, serving: string | undefined, content: string): ReturnType<NumbersOf> {
  return serving === undefined ? () => null : copies(serving, content);
}

/** What serves: the last content that was delivered well, else what all clusters have. */
function servingOf(record: AppDelivery | undefined, units: readonly DeliveryUnit[]): string | undefined {
  const published = new Set(units.flatMap((unit) => (unit.published === null ? [] : [unit.published.content])));
  return record?.stable ?? (published.size === 1 ? [...published][0] : undefined);
}

/** What is wanted of units with copies: what is under way to something else goes back first. */
export function wantedFirst(
  wanted: ReadonlyMap<string, Wanted>,
  units: readonly DeliveryUnit[],
  content: string,
): ReadonlyMap<string, Wanted> {
  const first = units.flatMap((unit): readonly (readonly [string, Wanted])[] => {
    const now = backFirst(wanted.get(unit.key) ?? null, unit, content);
    return now === null ? [] : [[unit.key, now]];
  });
  return new Map(first);
}
