import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { decideAsking, mostRounds, openQuestions } from '../../../../hub/deliver/questions.ts';
import type { Question } from '../../../../hub/workflow/question.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const question = (expression: string, values: Question['values'] = {}, more: Partial<Question> = {}): Question => ({
  subject: 'step s',
  expression,
  values,
  context: { name: 'app', namespace: 'shop' },
  ...more,
});
const signal = new AbortController().signal;
const status = { status: { one: { phase: 'succeeded', failed: false, message: 'x' }, 'two-x': { failed: true } } };

describe('questions', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const answer = async (asked: Question) => {
    const questions = openQuestions();
    expect(questions.ask(asked)).toBeNull();
    expect(await questions.settle(cue, signal)).toBe(true);
    return questions.ask(asked);
  };

  it.each<[string, Question, unknown]>([
    ['a field', question('status.one.failed', status), false],
    ['a comparison', question('status.one.phase == "succeeded" && !status.one.failed', status), true],
    ['a name in quotes', question('status["two-x"].failed', status), true],
    ['the context', question('context.name == "app" && context.namespace == "shop"'), true],
    ['inputs', question('inputs.url == "u"', { inputs: { url: 'u' } }), true],
    ['the parameter', question('parameter.a + 1', {}, { parameter: { a: 1 } }), 2],
    [
      'a value of the result',
      question('output.value.data.url', { output: { value: { data: { url: 'http://x' } } } }),
      'http://x',
    ],
    ['a text that is put together', question('"http://\\(context.name)"'), 'http://app'],
    ['a package', question('strings.ToUpper(context.name)'), 'APP'],
    ['a map', question('response', { response: { a: [1, null] } }), { a: [1, null] }],
    ['a comment', question('true // it is'), true],
  ])('of %s are answered', async (_, asked, value) => {
    expect(await answer(asked)).toEqual({ value });
  });

  it.each([
    ['what is not there', 'status.three.failed'],
    ['what is not CUE', 'status.one.failed &&'],
    ['what has no value', 'parameter.missing'],
  ])('about %s are faults', async (_, expression) => {
    expect(await answer(question(expression, status))).toEqual({ fault: expect.any(String) as unknown });
  });

  it('are evaluated once for as long as they are asked in every round', async () => {
    const questions = openQuestions();
    let evaluated = 0;
    const counting = {
      evaluate: (...args: Parameters<CueEngine['evaluate']>) => ((evaluated += 1), cue.evaluate(...args)),
    };
    const asked = question('context.name');
    questions.ask(asked);
    await questions.settle(counting, signal);
    questions.endRound();
    expect(questions.ask(asked)).toEqual({ value: 'app' });
    expect(await questions.settle(counting, signal)).toBe(false);
    questions.endRound();
    questions.endRound();
    expect(questions.ask(asked)).toBeNull();
    expect(evaluated).toBe(1);
  });
});

describe('deciding with questions', () => {
  const asking = { cue: { evaluate: () => Promise.resolve([]) }, signal, now: 5_000 };
  /** Asks so many questions, each of which follows from the answer before. */
  const chain = (questions: ReturnType<typeof openQuestions>, length: number, due: number | null) => () => {
    const open = Array.from({ length }, (_, at) => question(`${at}`)).findIndex((one) => questions.ask(one) === null);
    return Promise.resolve({ due, known: open < 0 ? length : open });
  };

  it.each<[string, number, number | null, { readonly due: number | null; readonly known: number }]>([
    ['once where nothing is asked', 0, null, { due: null, known: 0 }],
    ['until nothing more is asked', 3, 9_000, { due: 9_000, known: 3 }],
    ['until the bound', mostRounds, null, { due: null, known: mostRounds }],
    ['no further than that, and again soon', mostRounds + 5, null, { due: 6_000, known: mostRounds }],
    ['no later than it would', mostRounds + 5, 5_500, { due: 5_500, known: mostRounds }],
  ])('goes on %s', async (_, length, due, expected) => {
    const questions = openQuestions();
    expect(await decideAsking(questions, asking, chain(questions, length, due))).toEqual(expected);
  });

  it('goes on in the next pass from the answers of the one before', async () => {
    const questions = openQuestions();
    const decide = chain(questions, mostRounds + 5, null);
    await decideAsking(questions, asking, decide);
    expect(await decideAsking(questions, asking, decide)).toEqual({ due: null, known: mostRounds + 5 });
  });
});
