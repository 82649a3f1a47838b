import { SluiceError } from '../../shared/errors.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { StatusFilter, StatusState } from './facts.ts';

/** Names that a hint lists at most. */
const shownNames = 12;

/** Throws USAGE for an application or cluster that the hub has never heard of: an empty answer would look as if all were well. */
export function assertKnown(state: StatusState, { app, cluster }: StatusFilter): void {
  if (app !== undefined) {
    const apps = applicationsOf(state);
    const isKnown = apps.some((key) => key === app || key.slice(key.indexOf('/') + 1) === app);
    if (!isKnown) throw unknown('application', app, apps);
  }
  if (cluster !== undefined && !state.clusters.has(cluster)) {
    const clusters = clustersOf(state);
    if (!clusters.includes(cluster)) throw unknown('cluster', cluster, clusters);
  }
}

/** Every application (`namespace/name`) that has a document, a revision, or a place in a bundle. */
export function applicationsOf({ documents, revisions, bundles, problems }: StatusState): string[] {
  return unique([
    ...documents.filter(({ kind }) => kind.startsWith('Application')).map(({ key }) => key),
    ...revisions.revisions.keys(),
    ...[...bundles.values()].flatMap(({ revision }) => revision.apps.map(appKey)),
    ...problems.flatMap(({ app }) => (app === undefined ? [] : [app])),
  ]);
}

function clustersOf({ clusters, documents }: StatusState): string[] {
  const declared = documents.filter(({ kind }) => kind === 'Cluster').map(({ key }) => key.slice(key.indexOf('/') + 1));
  return unique([...clusters.keys(), ...declared]);
}

function unknown(what: string, name: string, names: readonly string[]): SluiceError {
  const shown = names.slice(0, shownNames).map((key) => key.replace(/^default\//, ''));
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  const hint = names.length === 0 ? `the hub knows no ${what} yet` : `one of: ${shown.join(', ')}${more}`;
  return new SluiceError('USAGE', `there is no ${what} ${name}`, { hint });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort(byCodeUnit);
}
