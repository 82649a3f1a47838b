import { oncePerValue } from '../../shared/lib/memo.ts';
import { unitKey, type AppDelivery, type TakenBack } from '../model/delivery.ts';
import type { Assignment } from '../model/rendered.ts';
import { targetOf } from './facts.ts';
import type { DeliveryUnit } from './unit.ts';
import type { Wanted } from './wanted.ts';

/** What deciding which units go back reads. */
export interface TakenBackInput {
  readonly units: readonly DeliveryUnit[];
  readonly own: readonly Pick<Assignment, 'unit' | 'cluster'>[];
  readonly wanted: ReadonlyMap<string, Wanted>;
}

/**
 * Adds the units of an application that go back behind its delivery, or have gone, by cluster and unit (`namespace/name[@target]`): by a failure, a
 * decision, or because the documents returned to what was stable. Level-based: for as long as they are to have their former content.
 */
export function addTakenBack(
  found: Map<string, Map<string, TakenBack>>,
  record: AppDelivery,
  { units, own, wanted }: TakenBackInput,
): void {
  const { last } = record;
  const isWhole = last.phase === 'reverted' || last.document !== undefined;
  if (last.number === 0 || (!isWhole && !bringsContent(wanted))) return;
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  for (const { unit: name, cluster } of own) {
    const key = unitKey(cluster, targetOf(name));
    const unit = byKey.get(key);
    if (unit === undefined || unit.published === null || !goesBack(last, wanted.get(key), isWhole)) continue;
    const back: TakenBack = {
      delivery: `${record.app}#${last.number}`,
      hadIt: last.base[key] !== null && unit.joinedAt <= endOf(last),
      ...(restores(record, unit, wanted.get(key)) && { brought: last.number }),
    };
    const here = found.get(cluster) ?? new Map<string, TakenBack>();
    found.set(cluster, here.set(name, back));
  }
}

/**
 * True where a unit has the content of the delivery, and is to have just what it had when that reached it. What it had of a delivery
 * before that was superseded or skipped is older than this one, and not in what it goes back to.
 */
function restores(
  { last, stable }: AppDelivery,
  { key, published }: DeliveryUnit,
  wanted: Wanted | undefined,
): boolean {
  const to = wanted?.kind === 'content' ? wanted.content : stable;
  const before = last.base[key] === undefined ? stable : last.base[key];
  if (to === null || to === last.content || before !== to) return false;
  const parts = published?.content.split(' ') ?? [];
  return parts.includes(last.content) && parts.every((part) => part === last.content || part === to);
}

/** When its steps were over: what joined later never had what was before it. */
function endOf({ steps }: AppDelivery['last']): number {
  const ends = Object.values(steps).map(({ endedAt }) => (endedAt === undefined ? Infinity : Date.parse(endedAt)));
  return ends.length === 0 ? Infinity : Math.max(...ends);
}

/** False where all that is wanted stays as it is: the very same answer of very many units is looked through once. */
const bringsContent = oncePerValue((wanted: TakenBackInput['wanted']): boolean => {
  for (const { kind } of wanted.values()) if (kind === 'content') return true;
  return false;
});

function goesBack(last: AppDelivery['last'], wanted: Wanted | undefined, isWhole: boolean): boolean {
  if (wanted === undefined) return isWhole;
  return wanted.kind === 'content' && (wanted.content !== last.content || last.document !== undefined);
}
