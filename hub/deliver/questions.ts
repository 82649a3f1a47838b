import { digestOf } from '../../shared/lib/canonical.ts';
import type { CueEvaluator } from '../cue/engine.ts';
import type { CueProgram } from '../cue/program.ts';
import { templateOf, type Answer, type Ask } from '../workflow/question.ts';

/** What deliveries ask of CUE: asked in a pure decision, answered between two of them. */
export interface Questions {
  readonly ask: Ask;
  /** Answers what was asked and has no answer yet; false = nothing was. */
  readonly settle: (cue: CueEvaluator, signal: AbortSignal) => Promise<boolean>;
  /** Forgets the answers that were not asked for since the last end of a round. */
  readonly endRound: () => void;
}

/** No answers yet. */
export function openQuestions(): Questions {
  let known = new Map<string, Answer>();
  let used = new Map<string, Answer>();
  const open = new Map<string, CueProgram>();
  return {
    ask: (question) => {
      const { subject, parameter = {}, context } = question;
      const program = { subject, template: templateOf(question), parameter, context };
      const key = digestOf(JSON.stringify([program.template, parameter, context]));
      const answer = used.get(key) ?? known.get(key);
      if (answer === undefined) open.set(key, program);
      else used.set(key, answer);
      return answer ?? null;
    },
    settle: async (cue, signal) => {
      const asked = [...open];
      open.clear();
      if (asked.length === 0) return false;
      const programs = asked.map(([, program]) => program);
      const outcomes = await cue.evaluate(programs, signal);
      for (const [index, [key]] of asked.entries()) {
        const outcome = outcomes[index];
        const words = outcome?.ok === false ? outcome.faults[0]?.message : undefined;
        used.set(
          key,
          outcome?.ok === true ? { value: outcome.value.errs } : { fault: words ?? 'the evaluation gave no answer' },
        );
      }
      return true;
    },
    endRound: () => {
      known = used;
      used = new Map();
      open.clear();
    },
  };
}

/** Rounds of questions that one pass answers, and when the next one goes on where there are more. */
export const mostRounds = 20;
const againMs = 1_000;

/** What answering works with; `now` in milliseconds since the epoch. */
export interface Asking {
  readonly cue: CueEvaluator;
  readonly signal: AbortSignal;
  readonly now: number;
}

/**
 * Decides, answers what that asks of CUE, and decides again, because one question may follow from another. A pass is over after so many
 * rounds, so that everything else has its turn: the next one knows the answers, and goes on from there.
 */
export async function decideAsking<T extends { readonly due: number | null }>(
  questions: Pick<Questions, 'settle' | 'endRound'>,
  { cue, signal, now }: Asking,
  decide: () => Promise<T>,
): Promise<T> {
  let decided = await decide();
  for (let round = 1; await questions.settle(cue, signal); round += 1) {
    if (round > mostRounds) {
      decided = { ...decided, due: Math.min(decided.due ?? Infinity, now + againMs) };
      break;
    }
    decided = await decide();
  }
  questions.endRound();
  return decided;
}
