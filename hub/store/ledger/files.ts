import { by } from '../../../shared/lib/order.ts';
import type { LedgerState } from '../../model/ledger.ts';
import { keySegments, segment, spread } from './paths.ts';

/** One file of the ledger: its path, and the value that its JSON says. A value that is an unchanged reference is not encoded again. */
export interface LedgerFile {
  readonly path: readonly string[];
  readonly value: object;
  /** What the value is made from, when the value itself is made anew each time. */
  readonly from?: object;
}

/** All JSON files that a state consists of; bundles' trees come on top of them. */
export function filesOf(state: LedgerState): LedgerFile[] {
  return [
    { path: ['ledger.json'], value: { format: state.format, channel: state.channel, epoch: state.epoch } },
    ...(state.source === null ? [] : [{ path: ['source.json'], value: state.source }]),
    ...state.documents.map((seen) => ({ path: ['documents', segment(seen.kind), ...file(seen.key)], value: seen })),
    ...revisionFiles(state),
    ...[...state.clusters.values()].map((record) => ({
      path: ['clusters', spread(record.name), ...file(record.name)],
      value: record,
    })),
    ...pickFiles(state.picks),
    ...[...state.bundles.values()].map((bundle) => ({
      path: [...bundleFolder(bundle.cluster), 'state.json'],
      value: { cluster: bundle.cluster, commit: bundle.commit, parent: bundle.parent },
      from: bundle,
    })),
    ...(['guarded', 'approvals', 'problems'] as const)
      .filter((name) => state[name].length > 0)
      .map((name) => ({ path: [`${name}.json`], value: state[name] })),
  ];
}

/** The folder of a cluster's bundle; its `bundle` is the tree of the channel's ref. */
export function bundleFolder(cluster: string): string[] {
  return ['bundles', spread(cluster), segment(cluster)];
}

function revisionFiles({ revisions: { revisions, newest } }: LedgerState): LedgerFile[] {
  const folder = (app: string) => ['revisions', ...keySegments(app)];
  return [
    ...[...revisions].flatMap(([app, records]) =>
      records.map((record) => ({ path: [...folder(app), `${record.number}.json`], value: record })),
    ),
    ...[...newest].map(([app, name]) => ({ path: [...folder(app), 'newest.json'], value: { app, name } })),
  ];
}

// Pairs, because a key may be any text, `__proto__` included.
function pickFiles(picks: LedgerState['picks']): LedgerFile[] {
  const shards = new Map<string, (readonly [string, readonly string[]])[]>();
  for (const pick of [...picks].sort(by(([key]) => key))) {
    const shard = spread(pick[0]);
    shards.set(shard, [...(shards.get(shard) ?? []), pick]);
  }
  return [...shards].map(([shard, value]) => ({ path: ['picks', `${shard}.json`], value }));
}

function file(key: string): string[] {
  const parts = keySegments(key);
  return [...parts.slice(0, -1), `${parts.at(-1) ?? ''}.json`];
}
