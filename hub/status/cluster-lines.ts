import type { StatusRow, StatusView } from '../api/status.ts';
import { wrap } from './layout.ts';
import { plural, type TableStyle } from './style.ts';

/** The lines of clusters that have more to tell than their applications. */
export function clusterLines(
  view: Pick<StatusView, 'clusters'>,
  style: TableStyle,
  keepers: ReadonlySet<string>,
): string[] {
  return view.clusters.flatMap((cluster) => {
    const { name, capabilities, reports, survivors, stuck } = cluster;
    // What its agent gives a reason for is stuck, whatever others on the cluster wait for.
    const undeleted = keepers.has(name) ? stuck.length : survivors;
    const isStuck = undeleted > 0;
    const said = [
      ...cluster.conditions
        .filter(({ type }) => type !== 'Unexplained' || cluster.state !== 'leaving')
        .map(({ type, message }) => (message === '' ? type : `${type}: ${message}`)),
      ...keptText(cluster),
      ...(isStuck ? [`${plural(undeleted, 'object')} could not be deleted yet`] : []),
    ];
    const held =
      capabilities === null && !reports ? ['capabilities are not declared, so traffic objects are held'] : [];
    const lines = (texts: readonly string[]) =>
      texts.flatMap((text) => wrap(`cluster ${name}: ${text}`, style.columns, ''));
    return [
      ...lines(said),
      ...(isStuck ? stuckLines(cluster, style) : []),
      ...lines(held),
      ...lines(stateText(cluster)),
    ];
  });
}

type Cluster = StatusView['clusters'][number];

function keptText({ state, unexplained }: Cluster): string[] {
  if (unexplained === 0 || state === 'leaving') return [];
  const are = unexplained === 1 ? 'is' : 'are';
  return [`keeps ${plural(unexplained, 'object')} that ${are} neither wanted nor retired`];
}

function stateText({ state, unexplained }: Cluster): string[] {
  if (state === 'joined' || state === 'waiting') return [];
  const kept =
    state === 'leaving' && unexplained > 0 ? `, and keeps ${plural(unexplained, 'object')} as it was told to` : '';
  return [`${state}${kept}`];
}

function stuckLines({ stuck }: Cluster, style: TableStyle): string[] {
  const more = stuck.length - shownStuck;
  return [
    ...stuck.slice(0, shownStuck).flatMap(({ id, message }) => wrap(`${id}: ${message}`, style.columns, '  ')),
    ...(more > 0 ? [`  and ${more} more, see -o json`] : []),
  ];
}

const shownStuck = 5;

/** Clusters where an application has not reached its deletions: the objects are kept on purpose, and its row says why. */
export function keepingClusters(applications: readonly Pick<StatusRow, 'cluster' | 'phase'>[]): ReadonlySet<string> {
  return new Set(
    applications.filter(({ phase }) => phase !== null && keeping.has(phase)).map(({ cluster }) => cluster),
  );
}

const keeping = new Set(['scale-up', 'ready', 'shift', 'endpoints', 'scale-down', 'blocked', 'held']);
