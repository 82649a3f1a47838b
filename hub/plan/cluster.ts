import type { Digest } from '../../shared/lib/canonical.ts';
import { isEqual } from '../../shared/lib/equal.ts';
import { by, byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey, bundleObjects, changeDigest } from '../../shared/wire/bundle.ts';
import type { Approval } from '../../shared/wire/approval.ts';
import type { BundleApp, RetiredObject } from '../../shared/wire/revision.ts';
import type { FoundHold } from '../model/hold.ts';
import type { RevisionFormat } from '../../shared/wire/formats/format.ts';
import type { NextBundle } from '../model/bundle.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { Entry } from './entry.ts';
import { inFormat } from './format.ts';
import { limitedDeletions } from './limited.ts';
import { nextGeneration, previousRevision, type ClusterInput } from './input.ts';
import { admit } from './admit.ts';
import { directiveOf } from './kept-app.ts';
import { findReleased, heldIds, portion, stillRetired, takenBackWith } from './retire.ts';
import { fileSizesOf } from './sizes.ts';

/** What was decided for one cluster. */
export interface ClusterPlan {
  readonly next: NextBundle | null;
  readonly holds: readonly FoundHold[];
}

/** Plans one cluster: the next bundle only when its content changes (channel.md), with the ledger's generation + 1. */
export function planCluster(input: ClusterInput): ClusterPlan {
  if (input.record.decommission !== null) return { next: decommission(input), holds: [] };
  const { chosen, holds, sum, ...admitted } = admit(input);
  const limited = limitedDeletions(input);
  const goes = { ...admitted, released: limited.released };
  const content = { apps: sorted(chosen), ...goes, bytes: sum.bytes };
  const next = isChanged(input, content)
    ? withFiles(input, bundleOf(input, { ...content, apps: sorted(written(input, chosen)) }), chosen)
    : null;
  return { next, holds: [...holds, ...limited.holds] };
}

function sorted(chosen: ReadonlyMap<string, Entry>): BundleApp[] {
  return [...chosen.values()].map(({ app }) => app).sort(by(appKey));
}

/** What was chosen in the format that the agent reads. */
function written(input: ClusterInput, chosen: ReadonlyMap<string, Entry>): ReadonlyMap<string, Entry> {
  const { format, target } = input;
  if (format.number === target.number) return chosen;
  const sizes = fileSizesOf(input);
  // What the format of the last bundle could not say was left out of `app`: it is said now.
  return new Map(
    [...chosen].map(([unit, entry]) => [
      unit,
      { ...entry, app: inFormat(entry.content ?? entry.app, target, sizes(entry)) },
    ]),
  );
}

interface Content {
  readonly apps: readonly BundleApp[];
  /** Ids that this generation retires. */
  readonly retired: readonly ObjectId[];
  /** Ids that it lets go of: they stay. */
  readonly forgotten: readonly ObjectId[];
  readonly approved: ReadonlyMap<ObjectId, Digest>;
  /** The delivery that a retired id goes back with, of what the last bundle has not any more. */
  readonly behind: ReadonlyMap<ObjectId, string>;
  /** Approvals for ids that earlier generations retired and that the agent's limit holds back. */
  readonly released: ReadonlyMap<ObjectId, Digest>;
  readonly bytes: number;
}

function bundleOf(input: ClusterInput, content: Content, more: readonly Approval[] = []): NextBundle['revision'] {
  const { state, record, source, labels, report, target } = input;
  const previous = previousRevision(state, record);
  const predecessors = predecessorsFor(record, target);
  const generation = nextGeneration(input);
  const wanted = new Set(content.apps.flatMap(heldIds));
  const goesBack = [...takenBackWith(previous, input.takenBack), ...content.behind];
  const behind = new Map(target.hasDocuments ? goesBack : []);
  const deleted = content.retired.map((id): RetiredObject => {
    const [approval, delivery] = [content.approved.get(id), behind.get(id)];
    return { id, since: generation, ...(approval && { approval }), ...(delivery !== undefined && { delivery }) };
  });
  // Format 1 would have them deleted: what it does not name stays.
  const forgotten = target.hasDocuments ? content.forgotten : [];
  const added = [...deleted, ...forgotten.map((id): RetiredObject => ({ id, since: generation, how: 'release' }))];
  const isAdded = new Set(added.map(({ id }) => id));
  const kept = stillRetired(previous, wanted, report)
    .filter(({ id }) => !isAdded.has(id))
    .map((entry) => withApproval(entry, content.released.get(entry.id)));
  const retired = portion([...kept, ...added], content, target).sort(by(({ id }) => id));
  const named = new Set(retired.map(({ approval }) => approval));
  const approvals = [...(previous?.approvals ?? []), ...state.approvals, ...more]
    .filter(({ change }, i, all) => named.has(change) && all.findIndex((other) => other.change === change) === i)
    .sort(by(({ change }) => change));
  return {
    format: target.number,
    channel: state.channel,
    registration: record.registration,
    cluster: record.name,
    epoch: state.epoch,
    generation,
    source,
    labels: { ...labels },
    ...(record.decommission === null ? {} : { decommission: record.decommission }),
    ...(predecessors === undefined ? {} : { predecessors }),
    apps: [...content.apps],
    retired,
    approvals,
    bundle: target.count(content.apps, content.bytes),
  };
}

function withApproval(entry: RetiredObject, approval: Digest | undefined): RetiredObject {
  return approval === undefined ? entry : { ...entry, approval };
}

// Dropping settled retired ids is no reason for a generation of its own: they go with the next one.
function isChanged(
  { state, record, labels, mustSignAgain, target }: ClusterInput,
  { apps, retired, released }: Content,
): boolean {
  const previous = previousRevision(state, record);
  if (previous === null || previous.decommission !== undefined || mustSignAgain) return true;
  if (retired.length > 0 || released.size > 0) return true;
  if (!isEqual(previous.predecessors, predecessorsFor(record, target))) return true;
  return previous.epoch !== state.epoch || !isEqual(previous.labels, labels) || !areSameApps(previous.apps, apps);
}

/** The registrations whose objects the agent takes over: format 1 cannot say them. */
function predecessorsFor(
  { predecessors }: ClusterRecord,
  { hasDocuments }: RevisionFormat,
): readonly string[] | undefined {
  return hasDocuments ? predecessors : undefined;
}

/** True where the applications of two bundles say the same; of most clusters most are the very same values. */
function areSameApps(before: readonly BundleApp[], now: readonly BundleApp[]): boolean {
  if (before.length !== now.length) return false;
  return before.every((app, index) => app === now[index] || isEqual(namesOf(app), namesOf(now[index] as BundleApp)));
}

/** What tells an application from another state of it; without a document its digest covers all of it. */
function namesOf(app: BundleApp): unknown {
  return app.bytes === undefined ? [appKey(app), app.digest] : [appKey(app), app.digest, directiveOf(app)];
}

function withFiles(
  { state, record }: ClusterInput,
  revision: NextBundle['revision'],
  chosen: ReadonlyMap<string, Entry>,
): NextBundle {
  const before = state.bundles.get(record.name)?.revision ?? { apps: [] };
  const same = new Map(before.apps.map((app) => [appKey(app), app.digest]));
  const known = new Set(bundleObjects(before).map(({ path, digest }) => `${digest} ${path}`));
  const files = new Map<string, Uint8Array>();
  for (const [unit, { app, files: own }] of chosen) {
    // An application with the same digest has the same files: the last bundle has them all.
    if (own === null || same.get(unit) === app.digest) continue;
    for (const { path, digest } of app.objects) {
      const bytes = own.get(path);
      if (bytes !== undefined && !known.has(`${digest} ${path}`)) files.set(path, bytes);
    }
  }
  return { cluster: record.name, revision, files };
}

/** A last generation without applications: what runs stays (`orphan`), or is retired as the person who removed the cluster asked. */
function decommission(input: ClusterInput): NextBundle | null {
  const { state, record, now } = input;
  const previous = previousRevision(state, record);
  const isSaid = previous !== null && previous.decommission === record.decommission;
  if (isSaid && !input.mustSignAgain) return null;
  const isDeleted = record.decommission === 'delete';
  const forgotten = isDeleted ? findReleased(previous, []) : [];
  const held = isDeleted ? (previous?.apps ?? []).flatMap(heldIds) : [];
  const ids = [...new Set(held)].filter((id) => !forgotten.includes(id));
  const facts = {
    channel: state.channel,
    registration: record.registration,
    generation: nextGeneration(input),
    ids: ids.sort(byCodeUnit),
  };
  const change = changeDigest(facts);
  const approval = { change, generation: facts.generation, ids: facts.ids, by: 'cluster remove', at: now };
  const approved = new Map(ids.map((id) => [id, change]));
  const none = new Map<ObjectId, never>();
  const goes = { retired: ids, forgotten, approved, behind: none, released: none };
  const revision = bundleOf(input, { apps: [], ...goes, bytes: 0 }, [approval]);
  return { cluster: record.name, revision, files: new Map() };
}
