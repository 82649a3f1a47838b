import { digestOfValue } from '../shared/lib/canonical.ts';
import { atOnce, mapping, type Work } from '../shared/lib/slices.ts';
import { appKey } from '../shared/wire/bundle.ts';
import { capabilityWords, type Capability } from './model/capabilities.ts';
import { holdKey, type FoundHold, type Hold, type Holder } from './model/hold.ts';
import type { State } from './model/state.ts';
import { deliveryParts } from './model/delivery-parts.ts';
import type { PublishedBundle } from './model/published-bundle.ts';
import { seenId } from './model/seen-documents.ts';

/** What a row is about. Applications are `namespace/name`, documents `Kind namespace/name`. */
export type Subject =
  | { readonly kind: 'source'; readonly repository: string }
  | { readonly kind: 'document'; readonly document: string }
  | { readonly kind: 'revision'; readonly app: string }
  /** A delivery, or a step or wave of it. */
  | { readonly kind: 'delivery'; readonly delivery: string; readonly part: string | null }
  | { readonly kind: 'bundle'; readonly cluster: string }
  | { readonly kind: 'app'; readonly app: string; readonly cluster: string }
  | { readonly kind: 'capability'; readonly cluster: string; readonly capability: Capability }
  | { readonly kind: 'hold'; readonly app: string | null; readonly cluster: string | null; readonly by: Holder };

/**
 * One change that a pass made: `from` and `to` are a commit, a digest, a revision, a generation or a word, null where
 * there is none. Logs and notifications are projections of rows.
 */
export interface ChangeRow {
  readonly subject: Subject;
  readonly from: string | null;
  readonly to: string | null;
  /** One sentence or word for people: why. */
  readonly reason: string;
}

/** The slices of the state whose changes make rows. */
export type RowState = Pick<State, 'source' | 'documents' | 'revisions' | 'clusters' | 'deliveries' | 'bundles'>;

/** A moment between two passes: the state, and what was held. */
export interface Moment {
  readonly state: RowState;
  readonly holds: readonly (Hold | FoundHold)[];
}

/** Every change from one moment to the next, in the order of the flow: source, documents, revisions, capabilities, bundles, holds. Pure. */
export function rowsOf(before: Moment, after: Moment): ChangeRow[] {
  return atOnce(findingRows(before, after));
}

/** What a document, a bundle and the name of a hold cost here, in units of a slice. */
const [documentUnits, bundleUnits, holdUnits] = [20, 10, 0.2];

/** The same, as work in steps. */
export function* findingRows(before: Moment, after: Moment): Work<ChangeRow[]> {
  const reason = `commit ${after.state.source?.commit.slice(0, 12) ?? ''}`.trim();
  return [
    ...sourceRows(before.state, after.state),
    ...(yield* documentRows(before.state, after.state, reason)),
    ...revisionRows(before.state, after.state, reason),
    ...capabilityRows(before.state, after.state),
    ...deliveryRows(before.state, after.state),
    ...(yield* bundleRows(before.state, after.state)),
    ...(yield* holdRows(before.holds, after.holds)),
  ];
}

/** How many clusters got a bundle, applications on clusters changed, and holds began and ended. */
export function countRows(rows: readonly ChangeRow[]): {
  readonly clusters: number;
  readonly applications: number;
  readonly held: number;
  readonly released: number;
} {
  const count = (kind: Subject['kind'], isCounted: (row: ChangeRow) => boolean = () => true) =>
    rows.filter((row) => row.subject.kind === kind && isCounted(row)).length;
  return {
    clusters: count('bundle'),
    applications: count('app'),
    held: count('hold', ({ to }) => to !== null),
    released: count('hold', ({ to }) => to === null),
  };
}

function sourceRows({ source: before }: RowState, { source: after }: RowState): ChangeRow[] {
  if (after === null || (before?.commit === after.commit && before.repository === after.repository)) return [];
  const from = before?.repository === after.repository ? before.commit : null;
  const subject: Subject = { kind: 'source', repository: after.repository };
  return [{ subject, from, to: after.commit, reason: 'it was processed' }];
}

function* documentRows(before: RowState, after: RowState, reason: string): Work<ChangeRow[]> {
  if (before.documents === after.documents) return [];
  const values = ({ documents }: RowState) => new Map(documents.map((seen) => [seenId(seen), seen.value]));
  const changed = changedKeys(values(before), values(after));
  const rows: ChangeRow[] = [];
  for (const [document, was, is] of changed) {
    const [from, to] = yield* mapping([was, is], documentUnits, (value) =>
      value === null ? null : digestOfValue(value),
    );
    if (from !== to) rows.push({ subject: { kind: 'document', document }, from: from ?? null, to: to ?? null, reason });
  }
  return rows;
}

function revisionRows(before: RowState, after: RowState, reason: string): ChangeRow[] {
  return changedKeys(before.revisions.newest, after.revisions.newest).map(([app, from, to]) => ({
    subject: { kind: 'revision', app },
    from,
    to,
    reason,
  }));
}

function capabilityRows(before: RowState, after: RowState): ChangeRow[] {
  return changedKeys(before.clusters, after.clusters).flatMap(([cluster, from, to]) => {
    const words = (record: typeof from) => new Set(capabilityWords(record?.capabilities ?? {}));
    const [had, has] = [words(from), words(to)];
    const row = (capability: Capability, isGained: boolean): ChangeRow => ({
      subject: { kind: 'capability', cluster, capability },
      from: isGained ? null : 'offered',
      to: isGained ? 'offered' : null,
      reason: isGained ? 'the cluster offers it' : 'the cluster offers it no more',
    });
    return [
      ...[...has].filter((word) => !had.has(word)).map((word) => row(word, true)),
      ...(to === null ? [] : [...had].filter((word) => !has.has(word)).map((word) => row(word, false))),
    ];
  });
}

function deliveryRows(before: RowState, after: RowState): ChangeRow[] {
  return changedKeys(before.deliveries, after.deliveries).flatMap(([, was, is]) => {
    const [had, has] = [deliveryParts(was), deliveryParts(is)];
    return [...has].flatMap(([key, { delivery, part, phase, reason }]): ChangeRow[] => {
      const from = had.get(key)?.phase ?? null;
      return from === phase ? [] : [{ subject: { kind: 'delivery', delivery, part }, from, to: phase, reason }];
    });
  });
}

function* bundleRows(before: RowState, after: RowState): Work<ChangeRow[]> {
  const rows = yield* mapping(changedKeys(before.bundles, after.bundles), bundleUnits, ([cluster, from, to]) => {
    if (to === null) return [];
    const generation = String(to.revision.generation);
    const apps = changedKeys(appDigests(from), appDigests(to)).map(([app, was, is]): ChangeRow => ({
      subject: { kind: 'app', app, cluster },
      from: was,
      to: is,
      reason: `generation ${generation}`,
    }));
    const bundle: ChangeRow = {
      subject: { kind: 'bundle', cluster },
      from: from === null ? null : String(from.revision.generation),
      to: generation,
      reason: bundleReason(to, apps.length),
    };
    return [bundle, ...apps];
  });
  return rows.flat();
}

function bundleReason({ revision }: PublishedBundle, apps: number): string {
  if (revision.decommission !== undefined) return `decommission: ${revision.decommission}`;
  if (apps > 0) return `${apps} application${apps === 1 ? '' : 's'} changed`;
  return 'labels, retired objects or the signing key changed';
}

function appDigests(bundle: PublishedBundle | null): ReadonlyMap<string, string> {
  return new Map(bundle?.revision.apps.map((app) => [appKey(app), app.digest]));
}

function* holdRows(before: Moment['holds'], after: Moment['holds']): Work<ChangeRow[]> {
  if (before === after) return [];
  const keyed = (hold: Moment['holds'][number]) => [holdKey(hold), hold] as const;
  const had = new Map(yield* mapping(before, holdUnits, keyed));
  const has = new Map(yield* mapping(after, holdUnits, keyed));
  const row = ({ app, cluster, by, reason }: FoundHold, isBegun: boolean): ChangeRow => ({
    subject: { kind: 'hold', app, cluster, by },
    from: isBegun ? null : 'held',
    to: isBegun ? 'held' : null,
    reason,
  });
  return [
    ...[...had].filter(([key]) => !has.has(key)).map(([, hold]) => row(hold, false)),
    ...[...has].filter(([key]) => !had.has(key)).map(([, hold]) => row(hold, true)),
  ];
}

/** The keys whose values are not the very same, in order of appearance, with both values; null where there is none. */
function changedKeys<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): (readonly [key: string, before: T | null, after: T | null])[] {
  if (before === after) return [];
  const gone = [...before].filter(([key]) => !after.has(key)).map(([key, value]) => [key, value, null] as const);
  const changed = [...after]
    .filter(([key, value]) => before.get(key) !== value)
    .map(([key, value]) => [key, before.get(key) ?? null, value] as const);
  return [...gone, ...changed];
}
