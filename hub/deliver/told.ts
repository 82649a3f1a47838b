import type { AppHealth } from '../../shared/model/health.ts';
import type { ReportApp, ReportedDelivery } from '../../shared/wire/report.ts';
import type { Admission } from '../model/delivery.ts';

/** What an agent said last of one application. */
export interface UnitReport {
  /** When the hub got it (milliseconds since the epoch). */
  readonly receivedAt: number;
  /** The generation that the agent accepted; 0 = none. */
  readonly accepted: number;
  /** The digest that is applied; null = none, or the report does not have the application. */
  readonly applied: string | null;
  readonly health: AppHealth | null;
  /** Since when it has that health, by the hub's clock; null = not known. */
  readonly healthSince: number | null;
  readonly healthyForSeconds: number | null;
  readonly message: string;
  /** How far the agent is with the delivery of its bundle; null = it says nothing of one. */
  readonly delivery: ReportedDelivery | null;
  /** Where its change stands; absent = it says nothing of it. */
  readonly phase?: ReportApp['phase'];
  /** Why the site holds changes; null = it does not. */
  readonly siteHold: string | null;
  /** True while what definitions say of it is still to be evaluated. */
  readonly isAwaited?: boolean;
}

/** What the last bundle of a cluster has of a unit, and the generation of that bundle. */
export interface PublishedUnit {
  readonly content: string;
  readonly digest: string;
  readonly generation: number;
  /** The delivery that the agent is told of; absent = none. */
  readonly delivery?: {
    readonly number: number;
    readonly attempt: number;
    /** What served is in the bundle, too: the steps that lead from it to the content are not known to be over. */
    readonly hasSteps: boolean;
  };
  /** Components that have no objects yet, because they wait for what others give; absent = none. */
  readonly waiting?: readonly string[];
}

/** What a unit was told last, and what its agent says. */
interface ToldUnit {
  readonly published: PublishedUnit | null;
  readonly report: UnitReport | null;
}

/** What a unit is judged by, as far as it was told. */
interface Judged {
  readonly admission: Pick<Admission, 'attempt'> | null;
  readonly goal?: number | null;
}

/** True where a later attempt was given than the bundle tells. */
export function isYetToBeTold({ published }: Pick<ToldUnit, 'published'>, { admission }: Judged): boolean {
  const { delivery: told } = published ?? {};
  return told !== undefined && told.attempt < (admission?.attempt ?? 1);
}

/** True where as many steps are over as a step of the workflow wants: what comes after is not its matter. */
export function isReached(
  { published }: Pick<ToldUnit, 'published'>,
  steps: ReportedDelivery | null,
  { goal = null }: Judged,
): boolean {
  if (steps === null || published?.delivery?.hasSteps !== true) return false;
  return goal !== null && (steps.step >= goal || steps.phase === 'done');
}

/** What the agent says of the very delivery and attempt that it was given; null = nothing. */
export function stepsOf({ published, report }: ToldUnit, number: number): ReportedDelivery | null {
  const said = report?.delivery ?? null;
  const { delivery: told } = published ?? {};
  if (said === null) return null;
  const isMeant = told === undefined ? said.number === number : isOf(told, said);
  return isMeant ? said : null;
}

function isOf(told: NonNullable<PublishedUnit['delivery']>, said: ReportedDelivery): boolean {
  return said.number === told.number && said.attempt === told.attempt;
}

/** True where steps lead to the content in a cluster, and its agent has not said that they are over. */
export function isStepping({ published, report }: ToldUnit): boolean {
  const told = published?.delivery;
  if (told?.hasSteps !== true) return false;
  const said = report?.delivery ?? null;
  return said === null || !isOf(told, said) || said.phase !== 'done' || report?.applied !== published?.digest;
}
