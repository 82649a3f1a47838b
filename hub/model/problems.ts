import type { Hold } from './hold.ts';
import type { Problem } from './source.ts';

/** What a stage found: holds, and the problems that hold nothing. */
export interface Findings {
  readonly holds?: readonly Pick<Hold, 'problems'>[];
  readonly problems?: readonly Problem[];
}

/** Everything that is wrong, in the order of the stages: each problem once, however many holds carry it. */
export function tellProblems(stages: readonly Findings[]): Problem[] {
  const problems = stages.flatMap((stage) => [
    ...(stage.problems ?? []),
    ...(stage.holds ?? []).flatMap((hold) => hold.problems ?? []),
  ]);
  // Most repetitions are the very same value, which is told apart without writing it out.
  return [...new Map([...new Set(problems)].map((problem) => [JSON.stringify(problem), problem])).values()];
}
