/** Health of one object, by the kstatus rules. */
export type ObjectHealth = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown';

/** Health of an application on a cluster, best first: the order is the precedence, the worst wins. */
export const appHealthOrder = ['Healthy', 'Progressing', 'Held', 'Unknown', 'Stale', 'Degraded'] as const;

/** Health of an application on a cluster. */
export type AppHealth = (typeof appHealthOrder)[number];

/** The worst of some health words; Healthy when there are none. */
export function worstHealth(healths: readonly AppHealth[]): AppHealth {
  const rank = Math.max(0, ...healths.map((health) => appHealthOrder.indexOf(health)));
  return appHealthOrder[rank] ?? 'Unknown';
}
