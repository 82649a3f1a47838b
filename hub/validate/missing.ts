import { digestOfValue, type Digest } from '../../shared/lib/canonical.ts';
import { by } from '../../shared/lib/order.ts';
import type { Application, ApplicationDeployment, Cluster, Definition } from '../model/documents.ts';
import type { Fleet, Validated } from '../model/fleet.ts';
import type { FoundHold } from '../model/hold.ts';
import { seenId, type SeenDocument } from '../model/seen-documents.ts';
import type { Place, Problem, Snapshot, Sourced } from '../model/source.ts';
import { documentHolds } from './document-holds.ts';

/** What decides which documents stay in force after a commit. */
export interface MissingInput {
  /** The documents after the commit before. */
  readonly seen: readonly SeenDocument[];
  readonly validated: Validated;
  readonly snapshot: Pick<Snapshot, 'repository' | 'commit' | 'descends' | 'broken'>;
  /** Approved changes. */
  readonly approvals: readonly { readonly change: string }[];
  /** ISO time. */
  readonly now: string;
}

/** The documents in force after a commit, seen now or kept, and the fleet that they make. */
export interface KeptDocuments {
  readonly documents: readonly SeenDocument[];
  readonly fleet: Fleet;
  /** A hold for every document that is broken, or kept although it is missing. */
  readonly holds: readonly FoundHold[];
  /** What validation found. */
  readonly problems: readonly Problem[];
}

/**
 * Decides which documents stay in force. A broken document, and every document of a file that does not parse, stays as it
 * was last seen. A missing document is deleted when a descending commit removed it; missing for any other reason it stays
 * until its change is approved. A Cluster stays until `cluster remove`. Pure.
 */
export function keepMissing(input: MissingInput): KeptDocuments {
  const { validated, snapshot } = input;
  const current = new Map(sourcedOf(validated.fleet).map((item) => [item.id, item]));
  const brokenPaths = new Set(snapshot.broken.map(({ path }) => path));
  const isBroken = (seen: SeenDocument): boolean =>
    validated.fleet.frozen.has(seenId(seen)) || brokenPaths.has(seen.place.path);
  const absent = input.seen.filter((seen) => !current.has(seenId(seen)));
  const broken = absent.filter(isBroken).map((seen) => ({ ...seen, missing: null }));
  const missing = absent.filter((seen) => !isBroken(seen));
  const clusters = missing.filter(({ kind }) => kind === 'Cluster').map((seen) => ({ ...seen, missing: null }));
  const waiting = waitingOf(
    missing.filter(({ kind }) => kind !== 'Cluster'),
    input,
  );
  const kept = [...broken, ...clusters, ...waiting];
  const before = new Map(input.seen.map((seen) => [seenId(seen), seen]));
  const present = [...current.values()].map((item) => seenNow(item, before.get(item.id)));
  const fleet = withKept(validated.fleet, kept);
  return {
    documents: [...present, ...kept].sort(by(seenId)),
    fleet,
    holds: documentHolds({ frozen: fleet.frozen, clusters, waiting, problems: validated.problems }),
    problems: validated.problems,
  };
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

/** The missing documents that are not deleted yet, each with the change that deletes it. */
function waitingOf(missing: readonly SeenDocument[], { snapshot, approvals, now }: MissingInput): SeenDocument[] {
  const approved = new Set(approvals.map(({ change }) => change));
  const fresh = missing.filter((seen) => seen.missing === null);
  const since = { change: changeOf(fresh, { snapshot, now }), since: now };
  const waiting = snapshot.descends
    ? missing.filter((seen) => seen.missing !== null)
    : missing.map((seen) => ({ ...seen, missing: seen.missing ?? since }));
  return waiting.filter((seen) => seen.missing !== null && !approved.has(seen.missing.change));
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
  return {
    ...fleet,
    applications: [...fleet.applications, ...of<Application>((kind) => kind === 'Application')],
    deployments: [...fleet.deployments, ...of<ApplicationDeployment>((kind) => kind === 'ApplicationDeployment')],
    clusters: [...fleet.clusters, ...of<Cluster>((kind) => kind === 'Cluster')],
    definitions: [...fleet.definitions, ...of<Definition>((kind) => kind.endsWith('Definition'))],
    frozen: new Set([...fleet.frozen, ...kept.map(seenId)]),
  };
}
