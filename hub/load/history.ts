import type { RepoReader } from '../../shared/ports/repo.ts';

/** The commit to look at next, whether it descends from the one processed last, and how many follow it. */
export interface Step {
  readonly commit: string;
  readonly descends: boolean;
  readonly behind: number;
}

/**
 * The first-parent commits of `tip` that come after `processed`, oldest first. After a force push they are those since
 * the last commit that both histories share (all of them when there is none), and the first does not descend.
 */
export async function stepsAfter(
  repo: Pick<RepoReader, 'firstParents' | 'descends'>,
  { tip, processed }: { readonly tip: string; readonly processed: string | null },
  signal: AbortSignal,
): Promise<Step[]> {
  const chain: string[] = [];
  for await (const { oid } of repo.firstParents(tip, signal)) {
    if (oid === processed) return stepsOf(chain, true);
    chain.push(oid);
  }
  if (processed === null) return stepsOf(chain, true);
  if (await repo.descends(tip, processed, signal))
    return stepsOf(await sinceMerge(repo, chain, processed, signal), true);
  return stepsOf(await sinceFork(repo, chain, processed, signal), false);
}

/** `chain` is newest first. */
function stepsOf(chain: readonly string[], descends: boolean): Step[] {
  return chain
    .toReversed()
    .map((commit, index) => ({ commit, descends: descends || index > 0, behind: chain.length - 1 - index }));
}

// The processed commit came in by a merge: the commits before that merge do not know it.
async function sinceMerge(
  repo: Pick<RepoReader, 'descends'>,
  chain: readonly string[],
  ...[processed, signal]: [string, AbortSignal]
): Promise<string[]> {
  const since: string[] = [];
  for (const commit of chain) {
    if (!(await repo.descends(commit, processed, signal))) break;
    since.push(commit);
  }
  return since;
}

async function sinceFork(
  repo: Pick<RepoReader, 'firstParents'>,
  chain: readonly string[],
  ...[processed, signal]: [string, AbortSignal]
): Promise<string[]> {
  const place = new Map(chain.map((commit, index) => [commit, index]));
  try {
    for await (const { oid } of repo.firstParents(processed, signal)) {
      const shared = place.get(oid);
      // The tip itself may be what they share (a rewind): then the tip is looked at again.
      if (shared !== undefined) return chain.slice(0, Math.max(1, shared));
    }
  } catch (error) {
    signal.throwIfAborted();
    // The old history is not here any more (a fresh clone): the new one counts from its start.
    if (!(error instanceof Error)) throw error;
  }
  return [...chain];
}
