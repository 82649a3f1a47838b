import type { State } from '../model/state.ts';

/** The state as far as something in it waits for the health of applications. */
type WaitingState = Pick<State, 'deliveries' | 'guarded' | 'problems'>;

/**
 * True where a pass may decide otherwise once definitions say another thing of an application on a cluster: a delivery runs, a move
 * waits for the cluster, or a warning tells how a change comes along there. Pure.
 */
export function healthMatters(
  { cluster }: { readonly cluster: string },
  { deliveries, guarded, problems }: WaitingState,
): boolean {
  // A step of another application may wait for it.
  if ([...deliveries.values()].some(({ last }) => last.phase === 'running')) return true;
  if (guarded.some(({ waitsFor = [] }) => waitsFor.includes(cluster))) return true;
  return problems.some(({ code, cluster: told }) => code === 'CHANGE_ABANDONED' && told === cluster);
}
