import type { Clock } from '../../shared/ports/clock.ts';
import type { QueryEffect } from '../model/effect.ts';
import { numberIn, readCondition } from '../../shared/model/condition.ts';
import { addressOf, failed, tryQuery, type RequestPorts } from './request.ts';
import type { EffectTurn } from './turn.ts';

/** How often a query is asked. */
const everyMs = 15_000;

/** Since when the condition holds, and since when it does not (milliseconds since the epoch). */
interface Seen {
  readonly good: number | null;
  readonly bad: number | null;
}

/**
 * Asks a query until its condition held for as long as it has to, or did not for too long. What has no answer is neither: it proves
 * nothing, and it is not a failure.
 */
export function watchQuery(
  effect: QueryEffect,
  ports: RequestPorts & EffectTurn & { readonly clock: Pick<Clock, 'now'> },
): void {
  const condition = readCondition(effect.condition);
  const found = addressOf(effect.url, ports);
  if ('verdict' in found) {
    ports.ends(found.verdict);
    return;
  }
  if (condition === null) {
    ports.ends(failed(`${effect.condition} is not a condition`).verdict);
    return;
  }
  const url = new URL(found.url);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/query`;
  url.searchParams.set('query', effect.query);
  const ask = (seen: Seen): void => {
    ports.run(async () => {
      const answer = await tryQuery(url, effect.id, ports);
      if (ports.signal.aborted) return;
      const number = 'missing' in answer ? answer : numberIn(answer.body);
      const now = ports.clock.now();
      const next = seenNow(seen, 'missing' in number ? null : condition.holds(number.value), now);
      const words = 'missing' in number ? number.missing : `it is ${number.value}, and has to be ${effect.condition}`;
      const isGood = next.good !== null && now - next.good >= effect.forMs;
      if (isGood || (next.bad !== null && now - next.bad >= effect.failMs)) {
        ports.ends({ ok: isGood, value: 'value' in number ? number.value : null, reason: words });
        return;
      }
      ports.says(words);
      ports.later(everyMs, () => ask(next));
    });
  };
  ask({ good: null, bad: null });
}

function seenNow({ good, bad }: Seen, holds: boolean | null, now: number): Seen {
  if (holds === null) return { good: null, bad: null };
  return holds ? { good: good ?? now, bad: null } : { good: null, bad: bad ?? now };
}
