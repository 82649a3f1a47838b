import { deliveryName, type AppDelivery } from '../model/delivery.ts';
import { passedOver, type ApartInput } from './apart.ts';
import { joining } from './joining.ts';
import { partOf, type Given } from './parts.ts';
import { skippedSteps } from './skipped.ts';
import { isStepping } from './told.ts';
import type { DeliveryUnit, Listening } from './unit.ts';
import { admissionsOf, leftOut } from './standing.ts';

/** What a unit is to have: what it was published, or another content than the documents say. */
export type Wanted =
  | {
      readonly kind: 'stay';
      readonly reason: string;
      /** Steps that were begun there are taken back: they would go on by themselves. */
      readonly isBack?: true;
    }
  | { readonly kind: 'content'; readonly content: string; readonly reason: string }
  | {
      readonly kind: 'part';
      /** These components as the documents say; all others as they were, where there was something. */
      readonly components: readonly string[];
      readonly former: string | null;
      readonly reason: string;
    };

/**
 * What each unit of an application is to have: one of what it has, what is stable (or what it had before, where there is nothing
 * stable), and the content of the documents, which is not in the answer. A unit is never left without the application. Pure.
 */
export function wantedOf(record: AppDelivery, input: WantedInput, parts?: Given): ReadonlyMap<string, Wanted> {
  return wanting(record, input, parts).wanted;
}

/** The same, and how it is told of one unit by what that is alone; null = not all of it is. */
export function wanting(
  record: AppDelivery,
  { units, content, ...input }: WantedInput,
  parts?: Given,
): {
  readonly wanted: ReadonlyMap<string, Wanted>;
  readonly one: ((unit: DeliveryUnit) => Wanted | null) | null;
} {
  const { last } = record;
  if (last.phase === 'reverted') return { wanted: keptApart(record, units), one: null };
  const left = leftAlone(record, { units, ...input });
  const isOver = last.phase === 'succeeded';
  if (isOver && Object.keys(last.back).length === 0 && !left.isAny) return { wanted: new Map(), one: null };
  const given = admissionsOf(last);
  const facts = { ...factsOf(record, content, parts), joins: joinsOf(record, { units, ...input }) };
  const isBack = isTakenBack(last);
  const one = (unit: DeliveryUnit): Wanted | null => {
    const isGiven = given.has(unit.key);
    const goesBack = last.back[unit.key] !== undefined || (isBack && (isGiven || isOf(last, unit)));
    return goesBack ? former(facts, unit) : forward(facts, unit, { isGiven, isSkipped: left.has(unit) });
  };
  const wanted = new Map<string, Wanted>();
  for (const unit of units) {
    const own = one(unit);
    if (own !== null) wanted.set(unit.key, own);
  }
  return { wanted, one: isOver ? null : one };
}

/** True for what has the content of a delivery, and for what was told of it: that is on its way back, where it has another content already. */
function isOf({ number, content }: AppDelivery['last'], { published }: DeliveryUnit): boolean {
  return published?.content === content || published?.delivery?.number === number;
}

/** What deciding what units are to have reads. */
export interface WantedInput extends Partial<Omit<ApartInput, 'units'>> {
  /** Absent = what joins late gets what is stable, all of it at once. */
  readonly listening?: Listening;
  readonly units: readonly DeliveryUnit[];
  readonly content: string;
}

interface LeftAlone {
  readonly isAny: boolean;
  readonly has: (unit: DeliveryUnit) => boolean;
}

/** What a delivery leaves as it is: clusters that a person left out, and, once it has ended well, what steps deliver to that were skipped. */
function leftAlone(
  { last }: AppDelivery,
  { program, units, localCluster = null }: Omit<WantedInput, 'content'>,
): LeftAlone {
  const skipped = leftOut(last);
  const isOver = last.phase === 'succeeded' && program !== undefined;
  const apart = isOver ? passedOver(last, { program, units, localCluster }) : new Set<string>();
  return {
    isAny: skipped.size > 0 || apart.size > 0,
    has: ({ key, cluster }) => skipped.has(cluster) || apart.has(key),
  };
}

/** After a revert what the stable content does not cover stays as it is, where the delivery was not given. */
function keptApart(record: AppDelivery, units: readonly DeliveryUnit[]): ReadonlyMap<string, Wanted> {
  const { apart = [], last } = record;
  const isApart = new Set(apart);
  const kept = units.filter(({ key, published }) => isApart.has(key) && published?.content !== last.content);
  const reason = `${deliveryName(record)} was reverted, and a step that delivers to it was skipped before`;
  return new Map(kept.map((unit) => [unit.key, { kind: 'stay', reason }]));
}

function forward(
  facts: Facts,
  unit: DeliveryUnit,
  { isGiven, isSkipped }: { readonly isGiven: boolean; readonly isSkipped: boolean },
): Wanted | null {
  if (isSkipped) return staying(unit, { kind: 'stay', reason: facts.leftOut });
  return partly(facts, unit, isGiven) ?? unreached(facts, unit, isGiven);
}

/** What was published stays; steps that were begun are taken back. */
function staying(unit: DeliveryUnit, stay: Extract<Wanted, { readonly kind: 'stay' }>): Wanted {
  return isStepping(unit) ? { ...stay, isBack: true } : stay;
}

function joinsOf(record: AppDelivery, { units, program, listening }: Omit<WantedInput, 'content'>): Facts['joins'] {
  if (program === undefined || listening === undefined) return () => true;
  const joins = joining(record, { units, program, listening });
  return ({ key }) => joins.has(key);
}

function factsOf(record: AppDelivery, content: string, parts: Given | undefined): Omit<Facts, 'joins'> {
  const { last } = record;
  const name = deliveryName(record);
  const isRunning = last.phase === 'running';
  const reached = isRunning ? 'has not reached it yet' : `${phaseWords[last.phase]} before it was reached`;
  // The documents say the next one already, and it waits.
  const isNext = isRunning && content !== last.content;
  const skips = [...skippedSteps(last)].map(([step, words]) => `; step ${step} was ${words}`);
  return {
    record,
    name,
    leftOut: `${name} leaves it out${skips.join('')}`,
    parts,
    stay: { kind: 'stay', reason: `${name} ${reached}` },
    given: isNext ? { kind: 'content', content: last.content, reason: `${name} is finished first` } : null,
  };
}

interface Facts {
  readonly record: AppDelivery;
  readonly name: string;
  /** Why it leaves some as they are. */
  readonly leftOut: string;
  readonly parts: Given | undefined;
  /** True for what joined late and gets the stable content by now. */
  readonly joins: (unit: DeliveryUnit) => boolean;
  /** What it did not reach stays, and why: one value for very many. */
  readonly stay: Extract<Wanted, { readonly kind: 'stay' }>;
  /** What has the content of the delivery is to have; null = what the documents say. */
  readonly given: Wanted | null;
}

function isTakenBack({ phase }: AppDelivery['last']): boolean {
  return phase === 'rolled-back' || phase === 'aborted';
}

/** Where nothing ran before, what was given stays: an application is never removed by going back. */
function former({ record, name }: Facts, { key }: DeliveryUnit): Wanted | null {
  const { last } = record;
  const back = last.back[key];
  // Once it has ended well, its own content is the stable one.
  const stable = last.phase === 'succeeded' ? record.previous : record.stable;
  const had = last.base[key] ?? null;
  const content = record.apart?.includes(key) === true ? (had ?? stable) : (stable ?? had);
  if (content === null) return null;
  const reason = back?.why === 'failed' ? `${name} failed here: ${back.reason}` : `${name} was taken back`;
  return { kind: 'content', content, reason };
}

/** The components that steps gave it, the others as they were; null where it has all of them, or none. */
function partly({ record, name, parts }: Facts, unit: DeliveryUnit, isGiven: boolean): Wanted | null {
  const components = isGiven && record.last.phase !== 'succeeded' ? partOf(unit, parts) : null;
  if (components === null) return null;
  const before = record.stable ?? record.last.base[unit.key] ?? null;
  return { kind: 'part', components, former: before, reason: `${name} has not reached its other components yet` };
}

/** What joined late has what the others of its place have; all else stays until it is reached. */
function unreached({ record, stay, given, joins }: Facts, unit: DeliveryUnit, isGiven: boolean): Wanted | null {
  const { last, stable } = record;
  if (isGiven || last.phase === 'succeeded') return given;
  if (unit.published !== null || stable === null) return staying(unit, stay);
  return joins(unit) ? { kind: 'content', content: stable, reason: stay.reason } : joinsLater;
}

const joinsLater = { kind: 'stay', reason: 'others that joined get what is stable first: `maxConcurrent`' } as const;

const phaseWords = {
  running: 'runs',
  succeeded: 'ended',
  failed: 'failed',
  'rolled-back': 'was rolled back',
  aborted: 'was aborted',
  reverted: 'was reverted',
} as const;
