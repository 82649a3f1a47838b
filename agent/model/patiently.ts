import { backoff } from '../../shared/lib/backoff.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import { mapLimited } from './limited.ts';

/** A request that fails after so long hung, most likely at an admission webhook. */
const hangsAfterMs = 2_000;

/** The longest time without a request for what hangs. */
const longestWaitMs = 300_000;

interface Item {
  readonly id: ObjectId;
  /** Application, `namespace/name`. */
  readonly app: string;
}

/** The objects of an application of one kind and namespace whose requests hang: until when none is sent, and which one showed it. */
export interface HangingKind {
  readonly attempts: number;
  /** By the monotonic clock. */
  readonly until: number;
  readonly id: ObjectId;
}

/** What hangs, by application, kind and namespace. */
export type HangingKinds = Map<string, HangingKind>;

/** Why an object is not tried, in words. */
export function notTried({ id }: HangingKind): string {
  const { kind, namespace, name } = parseObjectId(id);
  const where = namespace === '' ? '' : ` in ${namespace}`;
  return `not tried: requests for ${kind}${where} hang (${kind}/${name}); look at the admission webhooks that they go to`;
}

/** What going on beside requests that hang needs. */
export interface Patience {
  readonly hanging: HangingKinds;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: Random;
  /** Requests in flight at a time. */
  readonly limit: number;
  /** The moment of the pass, by the monotonic clock. */
  readonly at: number;
}

/** What is done with each object. */
export interface PatientWork<T> {
  /** Answers whether it failed. */
  readonly run: (item: T) => Promise<boolean>;
  /** Told of an object that is not tried, because others of its kind and namespace hang. */
  readonly putOff: (item: T, hanging: HangingKind) => void;
}

/**
 * Runs work on objects, so that requests that hang cost the rest little: once one of an application, kind and namespace has hung, none
 * of those is sent before its time, and then one at a time until one hangs again. Together they take about a fifth of the time, at most
 * one request each in five minutes. The order of `items` is kept among them: what comes first has its turn although others hang.
 */
export async function mapPatiently<T extends Item>(
  patience: Patience,
  items: readonly T[],
  work: PatientWork<T>,
): Promise<void> {
  const { hanging, at, clock, limit } = patience;
  const units = [...Map.groupBy(items, (item) => (hanging.has(groupOf(item)) ? groupOf(item) : item.id)).values()];
  await mapLimited(limit, units, async (unit) => {
    for (const item of unit) {
      const known = hanging.get(groupOf(item));
      if (known !== undefined && known.until > at) {
        work.putOff(item, known);
        continue;
      }
      const started = clock.monotonic();
      const isFailed = await work.run(item);
      rememberTime(patience, item, isFailed ? clock.monotonic() - started : 0, known);
    }
  });
}

// Requests that were in flight together are one try: what was known when each began is what counts.
function rememberTime(
  { hanging, clock, random }: Patience,
  item: Item,
  took: number,
  known: HangingKind | undefined,
): void {
  const group = groupOf(item);
  if (took < hangsAfterMs) {
    hanging.delete(group);
    return;
  }
  const attempts = (known?.attempts ?? -1) + 1;
  const others = hanging.size - (hanging.has(group) ? 1 : 0);
  const wait = Math.max(4 * took * (others + 1), backoff(attempts, random));
  hanging.set(group, { attempts, until: clock.monotonic() + Math.min(wait, longestWaitMs), id: item.id });
}

function groupOf({ id, app }: Item): string {
  const { group, kind, namespace } = parseObjectId(id);
  return `${app} ${group}/${kind}/${namespace}`;
}
