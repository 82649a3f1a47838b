import type { Labels } from '../../shared/model/selector.ts';
import type { Admission, SentBack } from '../model/delivery.ts';
import { isReached, isYetToBeTold, stepsOf, type PublishedUnit, type UnitReport } from './told.ts';

/** One application on one cluster (and target namespace), as placed now. */
export interface DeliveryUnit {
  /** `CLUSTER[@NAMESPACE]`. */
  readonly key: string;
  readonly cluster: string;
  readonly target: string | null;
  readonly labels: Labels;
  /** The components that all steps together give it; absent = all. */
  readonly components?: readonly string[];
  /** What this process has published of it (`partKey`), where its components come one after the other. */
  readonly part?: string;
  /** When the cluster joined (milliseconds since the epoch); Infinity = it has not, or was shut out. */
  readonly joinedAt: number;
  /** False where the cluster joined without reports. */
  readonly reports: boolean;
  /** What its last bundle has; null = nothing. */
  readonly published: PublishedUnit | null;
  readonly report: UnitReport | null;
  /** Why another stage held it in the pass before; null = none did. */
  readonly hold: string | null;
}

/** What time means to a pass. */
export interface Listening {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Since when this process hears reports. */
  readonly since: number;
  readonly heartbeatMs: number;
}

/** The states of a unit in a delivery. */
export type UnitState = 'waiting' | 'admitted' | 'suspect' | 'done' | 'failed' | 'absent' | 'held';

/** Where a unit stands, and why, for people. */
export interface UnitStanding {
  readonly state: UnitState;
  readonly reason: string;
  /** For how long it was seen healthy with the content, up to its last report. */
  readonly healthyMs: number;
  /** When it fails by its deadline if nothing changes; null = it does not. */
  readonly deadlineAt: number | null;
}

/** What of a delivery a unit is judged by. */
export interface UnitInput {
  readonly number: number;
  readonly content: string;
  readonly admission: Pick<Admission, 'at' | 'attempt'> | null;
  readonly back: SentBack | null;
  readonly deadlineMs: number;
  /** The soak of a unit without reports is over this long after its deadline. */
  readonly soakMs: number;
  /** True once all of its wave were done: what degrades now has its deadline from then on. */
  readonly wasDone: boolean;
  /** How many steps of its agent must be over; absent = all, and the content alone must run. */
  readonly goal?: number | null;
  readonly listening: Listening;
  /** What must be published of it (`partKey`), where its components come one after the other; absent = the content. */
  readonly part?: string;
}

/** Heartbeats that may be missed before a cluster counts as silent. */
const missedHeartbeats = 3;

/** True when a cluster was not heard from for three report intervals; time in which the hub did not listen does not count. */
export function isSilent({ reports, report }: Pick<DeliveryUnit, 'reports' | 'report'>, listening: Listening): boolean {
  if (!reports) return false;
  return report === null || listening.now > heardUntil(report, listening);
}

/** The last moment at which what was heard then is not silent yet. */
export function heardUntil(
  { receivedAt }: Pick<UnitReport, 'receivedAt'>,
  { since, heartbeatMs }: Pick<Listening, 'since' | 'heartbeatMs'>,
): number {
  return Math.max(receivedAt, since) + missedHeartbeats * heartbeatMs;
}

/** Tells where a unit stands in a delivery, from its newest report. Pure. */
export function standingOf(unit: DeliveryUnit, input: UnitInput): UnitStanding {
  const { admission, back } = input;
  if (back?.why === 'failed') return standing('failed', back.reason);
  if (admission === null) return beforeItsTurn(unit, input);
  if (unit.hold !== null) return standing('held', unit.hold);
  const { published } = unit;
  const isPublished = input.part === undefined ? published?.content === input.content : unit.part === input.part;
  if (published === null || !isPublished) return standing('admitted', 'it is being published');
  if (!unit.reports) return blind(input, Date.parse(admission.at));
  return afterAdmission(unit, published.digest, { ...input, since: Date.parse(admission.at) });
}

function beforeItsTurn(unit: DeliveryUnit, { listening }: UnitInput): UnitStanding {
  if (unit.hold !== null) return standing('held', unit.hold);
  if (unit.report?.siteHold != null) return standing('held', unit.report.siteHold);
  if (isSilent(unit, listening)) {
    return standing('absent', unit.report === null ? 'no report yet' : 'no report in time');
  }
  return standing('waiting', '');
}

/** A cluster without reports passes with time, and is never evidence. */
function blind({ deadlineMs, soakMs, listening }: UnitInput, since: number): UnitStanding {
  const at = since + deadlineMs + soakMs;
  const state = listening.now >= at ? 'absent' : 'admitted';
  return { ...standing(state, 'joined without reports'), deadlineAt: state === 'admitted' ? at : null };
}

function afterAdmission(
  unit: DeliveryUnit,
  digest: string,
  input: UnitInput & { readonly since: number },
): UnitStanding {
  const { report } = unit;
  if (isYetToBeTold(unit, input)) return standing('admitted', 'it is being published');
  const steps = stepsOf(unit, input.number);
  if (steps?.phase === 'returned') return standing('failed', steps.reason ?? 'it went back');
  if (report !== null && isReached(unit, steps, input)) return done(report, report.message, input.since);
  const isApplied = report?.applied === digest;
  if (report !== null && isApplied && isWhollyWell(unit, report)) return done(report, report.message, input.since);
  return notDone(unit, { ...input, isApplied, hasSaid: steps !== null });
}

function done(report: UnitReport, reason: string, since: number): UnitStanding {
  return { state: 'done', reason, healthyMs: healthyMs(report, since), deadlineAt: null };
}

function notDone(
  unit: DeliveryUnit,
  input: Omit<Overdue, 'silent' | 'isStepping'> & { readonly hasSaid: boolean },
): UnitStanding {
  const { report, published } = unit;
  const silent = isSilent(unit, input.listening);
  // What it says of its site stops no clock but that of its deadline.
  const siteHold = silent || input.isApplied || report === null ? null : report.siteHold;
  if (siteHold !== null) return standing('held', siteHold);
  const isInSteps = input.hasSaid && published?.delivery?.hasSteps === true;
  return overdue(unit, { ...input, silent, isStepping: isInSteps });
}

interface Overdue extends UnitInput {
  readonly since: number;
  readonly isApplied: boolean;
  readonly silent: boolean;
  /** Its agent goes through the steps. */
  readonly isStepping: boolean;
}

function overdue({ report, published }: DeliveryUnit, input: Overdue): UnitStanding {
  const { listening, deadlineMs, silent, since } = input;
  const deadlineAt = deadlineFrom(report, input) + deadlineMs;
  const words = report === null || silent ? 'no report since it was given the content' : wordsOf(report, published);
  // Steps take as long as they say: while they go on, their own deadlines count, which the agent keeps.
  if (isGoingOn(report, input)) return standing('admitted', report?.message ?? '');
  // A deadline needs a witness: a report after it, or silence for as long while the hub listened.
  const heardUntil = Math.max(deadlineAt, Math.max(since, listening.since) + deadlineMs);
  const isFailed = silent ? listening.now >= heardUntil : report !== null && report.receivedAt >= deadlineAt;
  if (isFailed) return standing('failed', `${words} after ${minutes(deadlineMs)}`);
  const state = silent ? 'suspect' : 'admitted';
  return { state, reason: words, healthyMs: 0, deadlineAt: silent ? heardUntil : deadlineAt };
}

function isGoingOn(report: UnitReport | null, { isStepping, silent }: Overdue): boolean {
  return isStepping && !silent && report?.health !== 'Degraded';
}

/** What was done before, or goes through steps, has its deadline from when it was well no more, or was heard from last. */
function deadlineFrom(report: UnitReport | null, { since, wasDone, isApplied, isStepping, silent }: Overdue): number {
  if (isStepping) return Math.max(since, (silent ? report?.receivedAt : report?.healthSince) ?? since);
  return wasDone && isApplied ? Math.max(since, report?.healthSince ?? since) : since;
}

function isWhollyWell({ published }: DeliveryUnit, report: UnitReport): boolean {
  return isWell(report) && published?.waiting === undefined;
}

/** True for what its agent and its definitions say is healthy. */
export function isWell({ health, isAwaited }: UnitReport): boolean {
  return health === 'Healthy' && isAwaited !== true;
}

/** The health of a unit, and what is said of it. */
export function wordsOf({ health, message, isAwaited }: UnitReport, published: PublishedUnit | null): string {
  const waiting = published?.waiting ?? [];
  if (isAwaited === true) return 'what its definitions say of it is not known yet';
  if (health === 'Healthy' && waiting.length > 0) return `${waiting.join(', ')} waits for what another component gives`;
  return `${health ?? 'not applied'}${message === '' ? '' : `: ${message}`}`;
}

function minutes(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000}m` : `${Math.round(ms / 1000)}s`;
}

/** Seen healthy until its last report; of the time before it was given the content, none counts. */
function healthyMs({ receivedAt, healthSince, healthyForSeconds }: UnitReport, since: number): number {
  const seen = healthSince === null ? 0 : receivedAt - Math.max(healthSince, since);
  return Math.max(0, Math.min(Math.max(seen, (healthyForSeconds ?? 0) * 1000), receivedAt - since));
}

function standing(state: UnitState, reason: string): UnitStanding {
  return { state, reason, healthyMs: 0, deadlineAt: null };
}
