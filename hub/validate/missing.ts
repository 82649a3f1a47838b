import { digestOfValue, type Digest } from '../../shared/lib/canonical.ts';
import { by, byCodeUnit } from '../../shared/lib/order.ts';
import {
  docKey,
  type Application,
  type ApplicationDeployment,
  type Cluster,
  type Definition,
} from '../model/documents.ts';
import type { Fleet, Validated } from '../model/fleet.ts';
import type { FoundHold } from '../model/hold.ts';
import { seenId, type Missing, type SeenDocument } from '../model/seen-documents.ts';
import type { Place, Problem, Snapshot, Sourced } from '../model/source.ts';
import { sourceOf } from '../sources/list.ts';
import { documentHolds } from './document-holds.ts';
import { newcomersOf, successorLookup, type Newcomer, type PushStart } from './successors.ts';
import {
  hiddenFile,
  unreadLookup,
  unreadProblems,
  type ReadFacts,
  type UnreadItem,
  type UnreadLookup,
} from './unread.ts';

/** What decides which documents stay in force after a commit. */
export interface MissingInput {
  /** The documents after the commit before. */
  readonly seen: readonly SeenDocument[];
  /** What was there before the push that the commit came with. */
  readonly start: PushStart;
  readonly validated: Validated;
  readonly snapshot: Pick<Snapshot, 'repository' | 'commit' | 'descends' | 'broken'> & ReadFacts;
  /** The files that the newest revision of each application (`namespace/name`) pins. */
  readonly pinned?: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Approved changes. */
  readonly approvals: readonly { readonly change: string }[];
  /** ISO time. */
  readonly now: string;
}

/** The documents in force after a commit, seen now or kept, and the fleet that they make. */
export interface KeptDocuments {
  readonly documents: readonly SeenDocument[];
  /** Digests of the documents that are broken, and of whose names nothing was in force yet. */
  readonly broken: readonly Digest[];
  readonly fleet: Fleet;
  /** A hold for every document that is broken, or kept although it is missing. */
  readonly holds: readonly FoundHold[];
  /** What validation found. */
  readonly problems: readonly Problem[];
}

/**
 * Decides which documents stay in force. A broken document, and every document of a file that does not parse, stays as it
 * was last seen. A missing document is deleted when a descending commit removed it; one that may be in something that could
 * not be read, or is missing for any other reason, stays until its change is approved. So does an application whose files
 * cannot be read. A Cluster stays until `cluster remove`. Pure.
 */
export function keepMissing(input: MissingInput): KeptDocuments {
  const { validated, snapshot } = input;
  const seen = withLeft(input.seen, input.start.documents);
  const current = new Map(sourcedOf(validated.fleet).map((item) => [item.id, item]));
  const brokenPaths = new Set(snapshot.broken.map(({ path, what = 'broken' }) => (what === 'broken' ? path : '')));
  const isBroken = (one: SeenDocument): boolean =>
    validated.fleet.frozen.has(seenId(one)) || brokenPaths.has(one.place.path);
  const absent = seen.filter((one) => !current.has(seenId(one)));
  const broken = absent.filter(isBroken).map((one) => ({ ...one, missing: null }));
  const missing = absent.filter((one) => !isBroken(one));
  const clusters = missing.filter(({ kind }) => kind === 'Cluster').map((one) => ({ ...one, missing: null }));
  const lookup = unreadLookup(snapshot, validated.unread ?? [], seen);
  const newcomers = newcomersOf(validated.unread ?? [], seen);
  const successorsOf = successorLookup(newcomers, input.start);
  const hidden = [
    ...missing
      .filter(({ kind }) => kind !== 'Cluster')
      .map((one) => hiddenBy(one, { item: lookup.hides(one), successors: successorsOf(one) })),
    ...withHiddenFiles({ ...input, seen }, lookup, current),
  ];
  const waiting = waitingOf(hidden, input);
  const kept = [...broken, ...clusters, ...waiting];
  const keptIds = new Set(kept.map(seenId));
  const before = new Map(seen.map((one) => [seenId(one), one]));
  const present = [...current.values()]
    .filter(({ id }) => !keptIds.has(id))
    .map((item) => seenNow(item, before.get(item.id)));
  const fleet = withKept(validated.fleet, kept);
  const found = hidden.flatMap(({ seen: one, item }) =>
    item === null || !keptIds.has(seenId(one)) ? [] : [{ seen: one, item }],
  );
  const problems = [...validated.problems, ...unreadProblems(found)];
  return {
    documents: [...present, ...kept].sort(by(seenId)),
    broken: newcomers.map(({ digest }) => digest).sort(byCodeUnit),
    fleet,
    holds: documentHolds({ frozen: fleet.frozen, clusters, waiting, problems }),
    problems,
  };
}

/** A document that is missing, or whose files are, with what may have it. */
interface Hidden {
  readonly seen: SeenDocument;
  readonly item: UnreadItem | null;
  /** What it may have become. */
  readonly successors?: readonly string[];
}

/** What left with an earlier commit of the same push may be in something that came with a later one. */
function withLeft(seen: readonly SeenDocument[], before: readonly SeenDocument[]): readonly SeenDocument[] {
  if (seen === before) return seen;
  const known = new Set(seen.map(seenId));
  return [...seen, ...before.filter((one) => !known.has(seenId(one)))];
}

function hiddenBy(
  seen: SeenDocument,
  { item, successors }: { readonly item: UnreadItem | null; readonly successors: readonly Newcomer[] },
): Hidden {
  const [first] = successors;
  if (first === undefined) return { seen, item };
  const { id, place } = first;
  const words = `it may have become ${id}, which is broken (${place.path}:${place.line})`;
  const own: UnreadItem = { path: place.path, words, reach: 'own', isNew: true, isTold: true };
  return { seen, item: item ?? own, successors: successors.map((one) => one.id).sort(byCodeUnit) };
}

/** The applications that are there, and that cannot be rendered as they are meant: a file that they name cannot be read. */
function withHiddenFiles(input: MissingInput, lookup: UnreadLookup, current: ReadonlyMap<string, Item>): Hidden[] {
  const now = input.validated.fleet.files;
  return input.seen.flatMap((seen) => {
    const doc = seen.kind === 'Application' ? current.get(seenId(seen))?.sourced.doc : undefined;
    const pinned = input.pinned?.get(seen.key);
    if (doc === undefined || pinned === undefined) return [];
    const isNamed = (path: string): boolean => namesFile(doc as Application, path);
    const item = hiddenFile(lookup, seen, { pinned, isNamed, now });
    return item === null ? [] : [{ seen, item }];
  });
}

function namesFile({ spec }: Application, path: string): boolean {
  return spec.components.some((component) => sourceOf(component.type).filesOf(component, [path]).length > 0);
}

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly sourced: Sourced<Application | ApplicationDeployment | Cluster | Definition>;
}

function sourcedOf({ applications, deployments, clusters, definitions }: Fleet): Item[] {
  return [...applications, ...deployments, ...clusters, ...definitions].map((sourced) => {
    const { kind, metadata } = sourced.doc;
    // Clusters have no namespace, whatever their document says.
    const key = `${kind === 'Cluster' ? 'default' : (metadata.namespace ?? 'default')}/${metadata.name}`;
    return { id: `${kind} ${key}`, kind, key, sourced };
  });
}

// An unchanged document stays the same entry, so that later comparisons are by reference.
function seenNow({ kind, key, sourced: { doc, place } }: Item, before: SeenDocument | undefined): SeenDocument {
  const isSame = before?.value === doc && before.missing === null && isSamePlace(before.place, place);
  return isSame ? before : { kind, key, place, value: doc, missing: null };
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.path === b.path && a.line === b.line && a.column === b.column;
}

/** The documents that are not deleted yet, each with the change that deletes it. */
function waitingOf(hidden: readonly Hidden[], { snapshot, approvals, now }: MissingInput): SeenDocument[] {
  const approved = new Set(approvals.map(({ change }) => change));
  const isHeld = ({ seen: { missing }, item }: Hidden): boolean =>
    !snapshot.descends || item !== null || (missing !== null && missing.unread === undefined);
  const held = hidden.filter(isHeld);
  const fresh = held.flatMap(({ seen }) => (seen.missing === null ? [seen] : []));
  const since = { change: changeOf(fresh, { snapshot, now }), since: now };
  return held
    .map((one) => ({ ...one.seen, missing: missingNow(one, since) }))
    .filter(({ missing }) => !approved.has(missing.change));
}

// What waits because the history was rewritten goes on waiting for that, whatever else cannot be read.
function missingNow({ seen: { missing }, item, successors }: Hidden, fresh: Missing): Missing {
  const { change, since, unread } = missing ?? { ...fresh, unread: item?.words };
  return {
    ...{ change, since },
    ...(unread !== undefined && item !== null && { unread: item.words }),
    ...(successors !== undefined && { successors }),
  };
}

// The same documents missing from the same commit make the same change. The states of a plain folder have no name:
// there the time tells them apart, so that an old approval never serves again.
function changeOf(missing: readonly SeenDocument[], { snapshot, now }: Pick<MissingInput, 'snapshot' | 'now'>): Digest {
  const { repository, commit } = snapshot;
  return digestOfValue({ missing: missing.map(seenId).sort(), repository, commit, ...(commit === '' && { now }) });
}

function withKept(fleet: Fleet, kept: readonly SeenDocument[]): Fleet {
  const of = <T>(wanted: (kind: string) => boolean): Sourced<T>[] =>
    kept
      .filter(({ kind }) => wanted(kind))
      .map(({ value, place }) => ({ doc: value as T, commit: fleet.commit, place, locate: () => place }));
  const ids = new Set(kept.map(seenId));
  return {
    ...fleet,
    applications: [
      ...fleet.applications.filter(({ doc }) => !ids.has(`Application ${docKey(doc)}`)),
      ...of<Application>((kind) => kind === 'Application'),
    ],
    deployments: [...fleet.deployments, ...of<ApplicationDeployment>((kind) => kind === 'ApplicationDeployment')],
    clusters: [...fleet.clusters, ...of<Cluster>((kind) => kind === 'Cluster')],
    definitions: [...fleet.definitions, ...of<Definition>((kind) => kind.endsWith('Definition'))],
    frozen: new Set([...fleet.frozen, ...kept.map(seenId)]),
  };
}
