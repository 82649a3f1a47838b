import type { CrashedTemplates } from '../model/crashed-templates.ts';
import type { KeptAnswers } from '../model/kept-answers.ts';
import type { WorkerPool } from '../model/worker-pool.ts';
import type { AnswerMemo } from './answer-memo.ts';
import { keptAnswer, keptText, type Answer, type Evaluated, type Source } from './program.ts';
import type { TimeBudget } from './time-budget.ts';

/** A source, its key (the digest of its text), and what it is of, for people. */
export interface KeyedSource {
  readonly key: string;
  readonly subject: string;
  readonly source: Source;
}

/** Where answers come from. */
export interface AnswerParts {
  readonly pool: WorkerPool<Source, Evaluated>;
  readonly memo: AnswerMemo;
  readonly kept: KeptAnswers;
  readonly crashed: CrashedTemplates;
}

/** The answers to some sources by key, within the time of an application where there is one. */
export type Answers = (
  wanted: readonly KeyedSource[],
  budget: TimeBudget | null,
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, Answer>>;

/**
 * Finds answers: in the memo, then among those that were kept, then with a worker. What is asked twice at once is evaluated once.
 */
export function findingAnswers(parts: AnswerParts): Answers {
  const underWay = new Map<string, Promise<unknown>>();
  return async (wanted, budget, signal) => {
    for (;;) {
      const { answers, missing } = known(parts, wanted, budget);
      const others = [...missing.keys()].flatMap((key) => underWay.get(key) ?? []);
      if (missing.size === 0) return answers;
      if (others.length > 0) {
        await Promise.all(others);
        continue;
      }
      const work = found(parts, [...missing.values()], budget, signal);
      const end = work.catch(() => undefined);
      for (const key of missing.keys()) underWay.set(key, end);
      try {
        return new Map([...answers, ...(await work)]);
      } finally {
        for (const key of missing.keys()) underWay.delete(key);
      }
    }
  };
}

function known(parts: AnswerParts, wanted: readonly KeyedSource[], budget: TimeBudget | null) {
  const answers = new Map<string, Answer>();
  const missing = new Map<string, KeyedSource>();
  for (const one of wanted) {
    const answer = knownAnswer(parts, one.key, budget);
    if (answer === undefined) missing.set(one.key, one);
    else answers.set(one.key, answer);
  }
  return { answers, missing };
}

function knownAnswer({ memo, crashed }: AnswerParts, key: string, budget: TimeBudget | null): Answer | undefined {
  if (crashed.has(key)) return { stopped: 'crash' };
  return memo.get(key) ?? (budget === null ? undefined : memo.get(budgetKey(budget, key)));
}

async function found(
  parts: AnswerParts,
  wanted: readonly KeyedSource[],
  budget: TimeBudget | null,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Answer>> {
  const { memo, kept } = parts;
  const texts = await Promise.all(wanted.map(({ key }) => kept.get(key)));
  const answers = new Map<string, Answer>();
  for (const [index, { key }] of wanted.entries()) {
    const answer = keptAnswer(texts[index] ?? null);
    if (answer === null) continue;
    answers.set(key, answer);
    memo.set(key, answer);
  }
  const left = wanted.filter(({ key }) => !answers.has(key));
  return left.length === 0 ? answers : new Map([...answers, ...(await evaluated(parts, left, budget, signal))]);
}

async function evaluated(
  { pool, memo, kept, crashed }: AnswerParts,
  wanted: readonly KeyedSource[],
  budget: TimeBudget | null,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Answer>> {
  const sources = wanted.map(({ source }) => source);
  const given = await pool.using((run, usedMs) => {
    const work = (within: AbortSignal) => run(sources, within);
    return budget === null ? work(signal) : budget.within(work, usedMs, signal);
  });
  const answers = new Map<string, Answer>();
  for (const [index, { key, subject }] of wanted.entries()) {
    const answer: Answer | undefined = given === null ? { stopped: 'budget' } : given[index];
    if (answer === undefined) continue;
    answers.set(key, answer);
    memo.set(given === null && budget !== null ? budgetKey(budget, key) : key, answer);
    if (!('stopped' in answer)) kept.keep(key, keptText(answer));
    else if (answer.stopped === 'crash') await crashed.add(key, subject);
  }
  return answers;
}

// An application that had no time left says nothing about the template: the key names the application, too.
function budgetKey({ name }: TimeBudget, key: string): string {
  return `${name} ${key}`;
}
