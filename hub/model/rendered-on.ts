import type { RenderedApp } from './rendered.ts';

type OnCluster = Pick<RenderedApp, 'cluster'>;
/** What was rendered, by cluster. */
export type RenderedByCluster<T extends OnCluster = RenderedApp> = ReadonlyMap<string, readonly T[]>;

const known = new WeakMap<readonly OnCluster[], RenderedByCluster<OnCluster>>();

/** What was rendered for a cluster. */
export function renderedOn<T extends OnCluster>(rendered: readonly T[], cluster: string): readonly T[] {
  return renderedByCluster(rendered).get(cluster) ?? [];
}

/** What was rendered, by cluster: the very same for the same list. */
export function renderedByCluster<T extends OnCluster>(rendered: readonly T[]): RenderedByCluster<T> {
  const byCluster = known.get(rendered) ?? Map.groupBy(rendered, (one) => one.cluster);
  known.set(rendered, byCluster);
  return byCluster as RenderedByCluster<T>;
}

/** The same list: where the index of one before tells what it is by cluster, it is not made anew of all that a fleet has. */
export function indexedBy<T extends OnCluster>(rendered: readonly T[], byCluster: RenderedByCluster<T>): readonly T[] {
  known.set(rendered, byCluster);
  return rendered;
}
