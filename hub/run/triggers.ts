/** Why a pass is run. */
export type Trigger =
  'start' | 'webhook' | 'source' | 'poll' | 'report' | 'registry' | 'approval' | 'due' | 'effect' | 'more' | 'retry';

const withoutCommits: ReadonlySet<Trigger> = new Set(['report', 'registry', 'approval', 'due', 'effect']);

/** True when the config repository may have new commits: one of the triggers is more than a report or a change of the state. */
export function mayHaveCommits(triggers: readonly Trigger[]): boolean {
  return triggers.some((trigger) => !withoutCommits.has(trigger));
}
