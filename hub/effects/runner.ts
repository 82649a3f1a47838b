import { digestOfValue } from '../../shared/lib/canonical.ts';
import { backoff } from '../../shared/lib/backoff.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Effect, EffectsKnown, Verdict } from '../model/effect.ts';
import { createLimit } from './limit.ts';
import { analyse, watchQuery } from './query.ts';
import { tryRequest, type RequestPorts } from './request.ts';
import type { EffectTurn } from './turn.ts';

/** Does what passes want done outside of clusters, beside everything else the hub does. */
export interface EffectRunner extends EffectsKnown {
  /** Takes what the state that is stored wants: these effects are done, each until it has a verdict, and all others are given up. */
  readonly want: (effects: readonly Effect[]) => void;
  /** Resolves once nothing is under way but waiting for the next try. */
  readonly idle: () => Promise<void>;
}

/** What a runner works with; `changed` is called with each verdict, and where it has to be tried again. */
export interface RunnerPorts extends RequestPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly changed: () => void;
  readonly signal: AbortSignal;
}

/** How often a request is tried, and the waits between. */
const mostTries = 5;
const waits = { first: 1_000, max: 60_000 } as const;

interface Running {
  readonly stop: AbortController;
  readonly what: string;
  verdict: Verdict | undefined;
  waits: string;
  cancel: () => void;
}

/** A runner that does nothing yet. What it has done is forgotten with the process: a verdict that is not stored is done again, with the same key. */
export function createEffectRunner(ports: RunnerPorts): EffectRunner {
  const running = new Map<string, Running>();
  const limit = createLimit(16);
  const end = (one: Running, verdict: Verdict): void => {
    one.verdict = verdict;
    one.waits = '';
    ports.changed();
  };
  const start = (effect: Effect, what: string): void => {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ports.signal]);
    const one: Running = { stop, what, verdict: undefined, waits: '', cancel: () => undefined };
    running.set(effect.id, one);
    const says = (words: string): void => {
      if (signal.aborted || one.waits === words) return;
      one.waits = words;
      ports.changed();
    };
    const later = (ms: number, next: () => void): void => {
      if (!signal.aborted) one.cancel = ports.clock.after(ms, next);
    };
    const ends = (verdict: Verdict): void => {
      if (!signal.aborted) end(one, verdict);
    };
    const at = { signal, says, later, ends, run: limit.run };
    if (effect.kind === 'query') watchQuery(effect, { ...ports, ...at });
    else if (effect.kind === 'analysis') analyse(effect, { ...ports, ...at });
    else tryUntil(effect, { ...ports, ...at });
  };
  return {
    want: (effects) => {
      const wanted = new Map(effects.map((effect) => [effect.id, effect]));
      for (const [id, one] of running) {
        if (wanted.has(id)) continue;
        one.cancel();
        one.stop.abort();
        running.delete(id);
      }
      for (const [id, effect] of wanted) {
        const what = digestOfValue(effect);
        const known = running.get(id);
        if (known?.what === what) continue;
        known?.cancel();
        known?.stop.abort();
        start(effect, what);
      }
    },
    verdict: (effect) => knownOf(running, effect)?.verdict,
    waits: (effect) => knownOf(running, effect)?.waits ?? '',
    idle: limit.idle,
  };
}

function knownOf(running: ReadonlyMap<string, Running>, effect: Effect): Running | undefined {
  const one = running.get(effect.id);
  return one?.what === digestOfValue(effect) ? one : undefined;
}

function tryUntil(effect: Extract<Effect, { readonly kind: 'request' }>, ports: RunnerPorts & EffectTurn): void {
  const attempt = (tries: number): void => {
    ports.run(async () => {
      if (ports.signal.aborted) return;
      const tried = await tryRequest(effect, ports, ports.signal);
      if ('verdict' in tried) {
        ports.ends(tried.verdict);
        return;
      }
      const reason = `${tried.again}, ${tries} of ${mostTries} times`;
      if (tries >= mostTries) {
        ports.ends({ ok: false, value: null, reason });
        return;
      }
      ports.says(`it is tried again: ${reason}`);
      ports.later(backoff(tries - 1, ports.random, waits), () => attempt(tries + 1));
    });
  };
  attempt(1);
}
