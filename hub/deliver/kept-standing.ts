import type { Admission, SentBack } from '../model/delivery.ts';
import type { StandingUnit } from './standing.ts';
import {
  heardUntil,
  standingOf,
  type DeliveryUnit,
  type Listening,
  type UnitInput,
  type UnitStanding,
} from './unit.ts';

/** What the units of one wave are judged by, all of them alike. */
export interface Frame
  extends
    Pick<StandingUnit, 'wave' | 'waveSize' | 'onFailure'>,
    Pick<UnitInput, 'number' | 'content' | 'deadlineMs' | 'soakMs' | 'wasDone' | 'goal'>,
    Omit<Listening, 'now'> {
  /** When the wave began (milliseconds since the epoch). */
  readonly begunAt: number;
}

/** A unit of a wave, with what it was given. */
export interface WaveUnit {
  readonly unit: DeliveryUnit;
  readonly frame: Frame;
  readonly given: Admission | null;
  /** What must be published of it (`partKey`), where its components come one after the other. */
  readonly part: string | undefined;
  readonly back: SentBack | null;
}

interface Kept extends Omit<WaveUnit, 'unit'> {
  /** From when until when it stands so, if nothing but the time changes. */
  readonly at: number;
  readonly until: number;
  readonly standing: StandingUnit;
}

const known = new WeakMap<DeliveryUnit, Kept>();

/** Where a unit of a wave stands, and until when, judged anew where something of it is another value, or time alone may have changed it. */
export function standingNow(one: WaveUnit, now: number): Pick<Kept, 'standing' | 'until'> {
  const { unit, frame, given, part, back } = one;
  const before = known.get(unit);
  const isGiven = before?.given === given && before.part === part && before.back === back;
  if (isGiven && before.frame === frame && before.at <= now && now < before.until) return before;
  const standing = judged(one, now);
  const until = standsUntil(unit, standing.standing, { ...frame, now });
  const kept: Kept = { frame, given, part, back, at: now, until, standing };
  known.set(unit, kept);
  return kept;
}

function judged({ unit, frame, given, part, back }: WaveUnit, now: number): StandingUnit {
  const { wave, waveSize, onFailure, begunAt, since, heartbeatMs, ...numbers } = frame;
  const listening = { now, since, heartbeatMs };
  const admission = back === null ? given : null;
  const parts = part === undefined ? {} : { part };
  const standing = standingOf(unit, { ...numbers, ...parts, listening, admission, back });
  const counts = unit.joinedAt <= begunAt && given?.unhealthy?.includes(unit.key) !== true;
  return { unit, wave, standing, counts, onFailure, waveSize };
}

/** Waves whose frame is remembered at most: then it begins anew. */
const remembered = 10_000;
const frames = new Map<string, Frame>();

/** The very same frame for as long as it says the same. */
export function frameOf(app: string, frame: Frame): Frame {
  const key = `${app} ${frame.wave}`;
  const before = frames.get(key);
  if (before !== undefined && areEqual(before, frame)) return before;
  if (frames.size >= remembered) frames.clear();
  frames.set(key, frame);
  return frame;
}

function areEqual(a: Frame, b: Frame): boolean {
  const names = Object.keys(a) as (keyof Frame)[];
  return names.every((name) => a[name] === b[name]);
}

/**
 * Until when a unit stands as it does now if nothing of it changes but the time (milliseconds since the epoch): until it falls silent, or,
 * where it says nothing, until its deadline.
 */
function standsUntil(
  { reports, report }: Pick<DeliveryUnit, 'reports' | 'report'>,
  { deadlineAt }: Pick<UnitStanding, 'deadlineAt'>,
  { now, since, heartbeatMs }: Listening,
): number {
  const heard = reports && report !== null ? heardUntil(report, { since, heartbeatMs }) : 0;
  return now <= heard ? heard : (deadlineAt ?? Infinity);
}
