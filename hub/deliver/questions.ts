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
