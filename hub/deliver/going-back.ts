import type { Delivery, SentBack } from '../model/delivery.ts';
import { byState, inFlightOf, type StandingUnit } from './standing.ts';
import { isStepping } from './told.ts';

/** What going back is decided by. */
export interface GoingBackInput {
  readonly delivery: Pick<Delivery, 'content' | 'back'>;
  readonly standing: readonly StandingUnit[];
  /** More failed than is tolerated. */
  readonly isOver: boolean;
  /** ISO time. */
  readonly now: string;
}

/** The units that get their former content, and why all do; null = not all. */
export interface GoingBack {
  /** The very same where nothing changed. */
  readonly units: Delivery['back'];
  readonly all: string | null;
}

/**
 * Decides what goes back. Above the budget, what was given the content and has not fetched it is not to: it is withdrawn, and so is what goes through
 * steps, which would go on by itself. With
 * `onFailure: rollback` a failed unit goes back alone, once; and all that the delivery changed does above the budget, with two failed
 * or the only one of its wave. Pure.
 */
export function goingBack({ delivery, standing, isOver, now }: GoingBackInput): GoingBack {
  const { failed } = byState(standing);
  const ofRollback = failed.filter(({ onFailure }) => onFailure === 'rollback');
  const isNew = ({ unit }: StandingUnit) => delivery.back[unit.key]?.why !== 'failed';
  // What failed without ever having fetched it stays a failure, and is not to fetch it either.
  const unfetched = isOver ? failed.filter((one) => isUnfetched(one, delivery.content)) : [];
  const fresh = [...new Set([...ofRollback, ...unfetched])].filter(isNew);
  const isLoose = (one: StandingUnit) => isUnfetched(one, delivery.content) || isStepping(one.unit);
  const withdrawn = isOver ? inFlightOf(standing).filter(isLoose) : [];
  const counted = ofRollback.filter(({ counts }) => counts);
  const isAll = isOver && (counted.length >= 2 || counted.some(({ waveSize }) => waveSize === 1));
  const all = isAll ? failedWords(counted) : null;
  if (fresh.length === 0 && withdrawn.length === 0) return { units: delivery.back, all };
  const sent = (why: SentBack['why'], units: readonly StandingUnit[]) =>
    units.map(({ unit, standing: { reason } }): [string, SentBack] => [unit.key, { why, at: now, reason }]);
  const units = {
    ...delivery.back,
    ...Object.fromEntries([...sent('withdrawn', withdrawn), ...sent('failed', fresh)]),
  };
  return { units, all };
}

/** True for a unit that was given the content, and whose agent does not say that it has that generation. */
function isUnfetched({ unit }: StandingUnit, content: string): boolean {
  // Beside what it had, where its components come one after the other.
  if (unit.published?.content.split(' ').includes(content) !== true) return true;
  return unit.report === null || unit.report.accepted < unit.published.generation;
}

/** Which units failed, and why the first did. */
export function failedWords(failed: readonly StandingUnit[]): string {
  const [first] = failed;
  if (first === undefined) return 'more clusters failed than it tolerates';
  const more = failed.length === 1 ? '' : `, and ${failed.length - 1} more`;
  return `${first.unit.key} failed${more}: ${first.standing.reason}`;
}
