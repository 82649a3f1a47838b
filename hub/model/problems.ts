import type { Problem } from './source.ts';

/** Every problem once, in order of appearance. */
export function distinctProblems(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
