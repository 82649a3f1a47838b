import { atOnce, mapping, type Work } from '../../shared/lib/slices.ts';
import type { Hold } from './hold.ts';
import type { Problem } from './source.ts';

/** What a stage found: holds, and the problems that hold nothing. */
export interface Findings {
  readonly holds?: readonly Pick<Hold, 'problems'>[];
  readonly problems?: readonly Problem[];
}

/** Everything that is wrong, in the order of the stages: each problem once, however many holds carry it. */
export function tellProblems(stages: readonly Findings[]): Problem[] {
  return atOnce(tellingProblems(stages));
}

/** What writing a problem out costs, in units of a slice. */
const problemUnits = 0.3;

/** The same, as work in steps. */
export function* tellingProblems(stages: readonly Findings[]): Work<Problem[]> {
  const problems = stages.flatMap((stage) => [
    ...(stage.problems ?? []),
    ...(stage.holds ?? []).flatMap((hold) => hold.problems ?? []),
  ]);
  // Most repetitions are the very same value, which is told apart without writing it out.
  const told = yield* mapping(
    new Set(problems),
    problemUnits,
    (problem) => [JSON.stringify(problem), problem] as const,
  );
  return [...new Map(told).values()];
}
