import { oncePerValue } from '../../shared/lib/memo.ts';
import type { RenderedApp } from '../model/rendered.ts';

const byCluster = oncePerValue((rendered: readonly Pick<RenderedApp, 'cluster'>[]) =>
  Map.groupBy(rendered, ({ cluster }) => cluster),
);

/** What was rendered for a cluster. */
export function renderedOn<T extends Pick<RenderedApp, 'cluster'>>(
  rendered: readonly T[],
  cluster: string,
): readonly T[] {
  return (byCluster(rendered).get(cluster) ?? []) as readonly T[];
}
