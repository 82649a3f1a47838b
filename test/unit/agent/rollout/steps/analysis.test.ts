import { describe, expect, it } from 'vitest';
import {
  analysisKey,
  answered,
  asking,
  judge,
  together,
  type Judged,
  type QueryCheck,
  type Samples,
} from '../../../../../agent/rollout/steps/analysis.ts';
import type { Measured } from '../../../../../agent/model/measure.ts';

const check: QueryCheck = {
  name: 'errors',
  address: 'http://prometheus:9090',
  query: 'errors',
  condition: '<0.05',
  everySeconds: 10,
  forSeconds: 30,
  failures: 1,
};
const other: QueryCheck = { ...check, name: 'latency', forSeconds: 10 };

/** The samples of answers, ten seconds apart: a number, or `-` for none. */
function samples(answers: string): Samples {
  return answers
    .split(' ')
    .filter((one) => one !== '')
    .reduce<Samples>(
      (before, text, index) => {
        const answer: Measured = text === '-' ? { missing: 'the query finds nothing' } : { value: Number(text) };
        return answered(asking(before, index * 10_000), check, answer);
      },
      { good: 0, bad: 0, askedAt: null, isAsking: false, words: '', isMissing: true },
    );
}

describe('an analysis', () => {
  it.each<[string, string, string, string | null]>([
    ['is open at first', '', 'open', 'analysis errors: '],
    ['is open while its time is not over', '0.01 0.01', 'open', null],
    ['has passed with as many samples as its time has intervals', '0.01 0.01 0.01', 'passed', null],
    ['tolerates what its limit says', '0.01 0.2 0.01', 'passed', null],
    ['has failed above its limit', '0.2 0.01 0.2', 'failed', null],
    ['has failed as soon as that is known', '0.2 0.2', 'failed', null],
    ['waits where nothing is found', '0.01 - -', 'open', 'analysis errors: the query finds nothing'],
    ['does not fail where nothing is found', '- - - - - - - -', 'open', 'analysis errors: the query finds nothing'],
    ['goes on once there is something again', '0.01 - 0.01 0.01', 'passed', null],
  ])('%s', (_, answers, kind, unsure) => {
    const judged = judge({ type: 'analysis', checks: [check] }, new Map([['errors', samples(answers)]]), 0);
    expect([judged.verdict.kind, judged.unsure]).toEqual([kind, unsure]);
  });

  it('says what it found, and what it has to be', () => {
    const judged = judge({ type: 'analysis', checks: [check] }, new Map([['errors', samples('0.2 0.3')]]), 0);
    expect(judged.verdict).toEqual({
      kind: 'failed',
      why: 'analysis errors failed, 2 times: it is 0.3, and has to be <0.05',
    });
    expect(judged.due).toEqual([]);
  });

  it('asks each check at once, then at its interval, and never twice at a time', () => {
    const both = { type: 'analysis' as const, checks: [check, other] };
    expect(judge(both, new Map(), 5_000)).toMatchObject({ due: [check, other], dueAt: null });
    const first = samples('0.01');
    expect(judge(both, new Map([['errors', first]]), 5_000)).toMatchObject({ due: [other], dueAt: 10_000 });
    expect(judge(both, new Map([['errors', first]]), 10_000)).toMatchObject({ due: [check, other] });
    const now = new Map([['errors', asking(first, 10_000)]]);
    expect(judge(both, now, 30_000)).toMatchObject({ due: [other], dueAt: null });
  });

  it('passes with the last of its checks, and fails with the first', () => {
    const both = { type: 'analysis' as const, checks: [check, other] };
    const good = samples('0.01 0.01 0.01');
    const kindOf = (latency: string) =>
      judge(
        both,
        new Map([
          ['errors', good],
          ['latency', samples(latency)],
        ]),
        0,
      ).verdict.kind;
    expect(['', '0.01', '0.2 0.2'].map(kindOf)).toEqual(['open', 'passed', 'failed']);
  });

  it('comes to what its two parts come to together', () => {
    const part = (kind: 'open' | 'passed' | 'failed', dueAt: number | null): Judged => ({
      verdict: kind === 'failed' ? { kind, why: 'no' } : { kind },
      ...{ unsure: kind === 'open' ? `waits ${dueAt}` : null, due: [], dueAt },
    });
    const kinds = ['open', 'passed', 'failed'] as const;
    const table = kinds.map((a) => kinds.map((b) => together(part(a, 1), part(b, 2)).verdict.kind));
    expect(table).toEqual([
      ['open', 'open', 'failed'],
      ['open', 'passed', 'failed'],
      ['failed', 'failed', 'failed'],
    ]);
    expect(together(part('passed', null), part('open', 7))).toMatchObject({ unsure: 'waits 7', dueAt: 7 });
    expect(together(part('open', 3), part('open', 7))).toMatchObject({ unsure: 'waits 3', dueAt: 3 });
  });

  it('waits where this agent does not know the condition', () => {
    const odd = answered(samples(''), { ...check, condition: 'between 1 and 2' }, { value: 1 });
    expect(odd).toMatchObject({
      good: 0,
      bad: 0,
      isMissing: true,
      words: expect.stringContaining('between 1 and 2') as string,
    });
  });

  it('begins anew with another attempt, another step, or other checks', () => {
    const step = { type: 'analysis' as const, checks: [check] };
    const position = { number: 3, attempt: 1, step: 1, waitedMs: 0, totals: {} };
    const keys = [
      analysisKey(position, step),
      analysisKey({ ...position, attempt: 2 }, step),
      analysisKey({ ...position, step: 2 }, step),
      analysisKey(position, { ...step, checks: [{ ...check, condition: '<0.1' }] }),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(analysisKey({ ...position, waitedMs: 5 }, step)).toBe(keys[0]);
  });
});
