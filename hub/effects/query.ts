import type { Clock } from '../../shared/ports/clock.ts';
import type { AnalysisEffect, QueryEffect } from '../model/effect.ts';
import { numberIn, readCondition, type Condition } from '../../shared/model/condition.ts';
import { addressOf, failed, tryQuery, type RequestPorts } from './request.ts';
import type { EffectTurn } from './turn.ts';

/** How often a query is asked. */
const everyMs = 15_000;

/** Since when the condition holds, and since when it does not, by the monotonic clock. */
interface Seen {
  readonly good: number | null;
  readonly bad: number | null;
}

/** What asking servers of metrics works with. */
export type QueryPorts = RequestPorts & EffectTurn & { readonly clock: Pick<Clock, 'monotonic'> };

/**
 * Asks a query until its condition held for as long as it has to, or did not for too long. What has no answer is neither: it proves
 * nothing, and it is not a failure.
 */
export function watchQuery(effect: QueryEffect, ports: QueryPorts): void {
  let seen: Seen = { good: null, bad: null };
  watch(effect, ports, everyMs, (holds) => {
    const now = ports.clock.monotonic();
    seen = seenNow(seen, holds, now);
    if (seen.good !== null && now - seen.good >= effect.forMs) return true;
    return seen.bad !== null && now - seen.bad >= effect.failMs ? false : null;
  });
}

/** Asks a query as often as its answers count, and no more once too many of them were bad; what has no answer counts for nothing. */
export function analyse(effect: AnalysisEffect, ports: QueryPorts): void {
  const counts = { good: 0, bad: 0 };
  watch(effect, ports, effect.everyMs, (holds) => {
    if (holds !== null) counts[holds ? 'good' : 'bad'] += 1;
    if (counts.bad > effect.failures) return false;
    return counts.good + counts.bad >= effect.samples ? true : null;
  });
}

/** Asks a query again and again until its answers say yes or no; null = there is no answer, or they say nothing yet. */
function watch(
  effect: Pick<QueryEffect, 'id' | 'url' | 'query' | 'condition'>,
  ports: QueryPorts,
  intervalMs: number,
  decide: (holds: boolean | null) => boolean | null,
): void {
  const found = askedAt(effect, ports);
  if ('verdict' in found) {
    ports.ends(found.verdict);
    return;
  }
  const { url, condition } = found;
  const ask = (): void => {
    ports.run(async () => {
      const answer = await tryQuery(url, effect.id, ports);
      if (ports.signal.aborted) return;
      const number = 'missing' in answer ? answer : numberIn(answer.body);
      const words = 'missing' in number ? number.missing : `it is ${number.value}, and has to be ${effect.condition}`;
      const ok = decide('missing' in number ? null : condition.holds(number.value));
      if (ok !== null) {
        ports.ends({ ok, value: 'value' in number ? number.value : null, reason: words });
        return;
      }
      ports.says(words);
      ports.later(intervalMs, ask);
    });
  };
  ask();
}

function askedAt(
  effect: Pick<QueryEffect, 'url' | 'query' | 'condition'>,
  ports: RequestPorts,
): { readonly url: URL; readonly condition: Condition } | ReturnType<typeof failed> {
  const found = addressOf(effect.url, ports);
  if ('verdict' in found) return found;
  const condition = readCondition(effect.condition);
  if (condition === null) return failed(`${effect.condition} is not a condition`);
  const url = new URL(found.url);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/query`;
  url.searchParams.set('query', effect.query);
  return { url, condition };
}

function seenNow({ good, bad }: Seen, holds: boolean | null, now: number): Seen {
  if (holds === null) return { good: null, bad: null };
  return holds ? { good: good ?? now, bad: null } : { good: null, bad: bad ?? now };
}
