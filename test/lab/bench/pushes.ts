import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { World } from '../demo/world.ts';
import type { Observed } from './watching.ts';

/** What is pushed again and again, and how its arrival is seen. */
export interface PushCase {
  readonly files: (round: number) => Readonly<Record<string, string>>;
  readonly isThere: (object: KubeObject, round: number) => boolean;
}

/** Pushes before anything counts. */
const warmUps = 5;
/** Between an arrival and the next push: reports, inventory and packs of the one before are done. */
const pauseMs = 250;

/**
 * Milliseconds from the stamp of the Git server's post-receive hook to the watch event in the cluster, push by push. Rounds count
 * from `first` on, so that two calls in one world never push the same content.
 */
export async function pushToApplied(
  world: Pick<World, 'config'>,
  observed: Observed,
  options: PushCase & { readonly pushes: number; readonly first?: number },
): Promise<number[]> {
  const { files, isThere, pushes, first = 0 } = options;
  const samples: number[] = [];
  for (let round = first; round < first + warmUps + pushes; round += 1) {
    const seen = observed.next((object) => isThere(object, round));
    const { receivedAt } = await world.config.push(files(round), `round ${round}`);
    const at = await seen;
    if (round >= first + warmUps) samples.push(at - receivedAt);
    await sleep(pauseMs);
  }
  return samples;
}
