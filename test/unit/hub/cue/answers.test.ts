import { describe, expect, it } from 'vitest';
import { createAnswerMemo } from '../../../../hub/cue/answer-memo.ts';
import { findingAnswers, type AnswerParts, type KeyedSource } from '../../../../hub/cue/answers.ts';
import { keptText, type Evaluated } from '../../../../hub/cue/program.ts';
import { openTimeBudget } from '../../../../hub/cue/time-budget.ts';
import type { Stopped } from '../../../../hub/model/worker-handle.ts';
import { manualClock } from '../../../fakes/agent.ts';

const json = (n: number): Evaluated => ({ json: `{"value":{"output":${n}}}` });
const faults: Evaluated = { faults: [{ path: ['a'], kind: 'k', message: 'm', places: [] }], ofParameter: false };
const source = (key: string): KeyedSource => ({ key, subject: 'ComponentDefinition/test', source: `source of ${key}` });
const { signal } = new AbortController();

/** Answers whose evaluations end when they are told to. */
function scene(answerTo: (source: string) => Evaluated | Stopped = () => json(1), kept = new Map<string, string>()) {
  const evaluated: string[] = [];
  const waiting: (() => void)[] = [];
  const crashed = new Set<string>();
  let isHeld = false;
  const parts: AnswerParts = {
    memo: createAnswerMemo(100, manualClock(0)),
    crashed: { has: (key) => crashed.has(key), add: (key) => Promise.resolve(void crashed.add(key)) },
    kept: {
      get: (key) => Promise.resolve(kept.get(key) ?? null),
      keep: (key, text) => void kept.set(key, text),
    },
    pool: {
      using: (work) =>
        work(
          async (sources, within) => {
            evaluated.push(...sources);
            if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
            within.throwIfAborted();
            return sources.map(answerTo);
          },
          () => Promise.resolve(0),
        ),
      rest: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
  };
  return {
    answersTo: findingAnswers(parts),
    evaluated,
    kept,
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false;
      for (const go of waiting.splice(0)) go();
    },
  };
}

describe('finding answers', () => {
  it('asks no worker for what was kept, and keeps what a worker says', async () => {
    const kept = new Map([
      ['a', keptText(json(7))],
      ['b', keptText(faults)],
    ]);
    const first = scene(() => json(2), kept);
    const wanted = ['a', 'b', 'c'].map(source);
    const answers = [
      ['a', json(7)],
      ['b', faults],
      ['c', json(2)],
    ];
    expect([...(await first.answersTo(wanted, null, signal))]).toEqual(answers);
    expect(first.evaluated).toEqual(['source of c']);
    const next = scene(() => json(3), kept);
    expect([...(await next.answersTo(wanted, null, signal))]).toEqual(answers);
    expect(next.evaluated).toEqual([]);
  });

  it.each(['timeout', 'crash'] as const)(
    'keeps nothing of what was stopped (%s): the machine may be to blame',
    async (stopped) => {
      const { answersTo, kept } = scene(() => ({ stopped }));
      expect(await answersTo([source('a')], null, signal)).toEqual(new Map([['a', { stopped }]]));
      expect([...kept]).toEqual([]);
    },
  );

  it('evaluates once what is asked twice at the same time', async () => {
    const { answersTo, evaluated, hold, release } = scene();
    hold();
    const both = [answersTo([source('a')], null, signal), answersTo([source('b'), source('a')], null, signal)];
    await Promise.resolve();
    await new Promise(setImmediate);
    release();
    expect((await Promise.all(both)).map((answers) => answers.size)).toEqual([1, 2]);
    expect(evaluated).toEqual(['source of a', 'source of b']);
  });

  it('evaluates itself what another one was aborted with, or had no time for', async () => {
    const { answersTo, evaluated, hold, release } = scene();
    const controller = new AbortController();
    hold();
    const aborted = answersTo([source('a')], null, controller.signal);
    const late = answersTo([source('a')], null, signal);
    const clock = manualClock(0);
    const spent = answersTo([source('b')], openTimeBudget('default/slow', 0, clock), signal);
    const other = answersTo([source('b')], openTimeBudget('default/other', 1_000, clock), signal);
    await new Promise(setImmediate);
    controller.abort(new Error('stopped'));
    release();
    await expect(aborted).rejects.toThrow('stopped');
    expect(await spent).toEqual(new Map([['b', { stopped: 'budget' }]]));
    expect([await late, await other]).toEqual([new Map([['a', json(1)]]), new Map([['b', json(1)]])]);
    expect(evaluated.sort()).toEqual(['source of a', 'source of a', 'source of b']);
  });
});
