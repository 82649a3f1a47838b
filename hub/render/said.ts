import { oncePerValue } from '../../shared/lib/memo.ts';
import { splitKey } from '../../shared/wire/bundle.ts';
import { docKey, namespaceOf, type Application, type ApplicationDeployment } from '../model/documents.ts';
import type { Fleet, RevisionHistory, RevisionRecord } from '../model/fleet.ts';
import type { Assignment } from '../model/rendered.ts';
import type { Sourced } from '../model/source.ts';

/** A document, and where it stands. Its commit is not what a unit is made from: that moves with each push. */
export type AtPlace<T> = Pick<Sourced<T>, 'doc' | 'locate'>;

/** A revision of a unit, and the document that says it now; null = none does. */
interface Recorded {
  readonly record: RevisionRecord;
  readonly document: AtPlace<Application> | null;
}

/** What the documents say of a unit, and all that they recorded of it: what it is made from, whatever its cluster. */
export interface Said {
  readonly deployment: AtPlace<ApplicationDeployment> | null;
  /** The commit that it comes from: null = that of the documents in force, '' = its document is gone. */
  readonly source: string | null;
  /** Those that are assigned to its clusters, by name; null = it was never recorded. */
  readonly revisions: ReadonlyMap<string, Recorded | null>;
}

interface Documents {
  readonly fleet: Fleet;
  readonly history: RevisionHistory;
}

type ByCluster = ReadonlyMap<string, readonly Assignment[]>;

/** What is said of the unit of a key, with the revisions that are assigned to its clusters. Pure. */
export function saidOf(key: string, byCluster: ByCluster, { fleet, history }: Documents): Said {
  const { deployments, applications } = documentsIn(fleet);
  const { app } = splitKey(key);
  const [namespace = ''] = app.split('/');
  const deployment = deployments.get(key) ?? null;
  const { commit = '' } = deployment ?? applications.get(app) ?? {};
  const recorded = (name: string): Recorded | null => {
    const record = recordsIn(history).get(`${namespace}/${name}`);
    if (record === undefined) return null;
    const isNow = history.newest.get(record.app) === record.name;
    return { record, document: atPlace((isNow && applications.get(record.app)) || null) };
  };
  const revisions = new Map([...revisionsIn(byCluster)].map((name) => [name, recorded(name)] as const));
  return { deployment: atPlace(deployment), source: commit === fleet.commit ? null : commit, revisions };
}

/**
 * True where a unit that was made from what was said before, on a cluster with the same assignments, is the one that is made from what
 * is said now. What is said of other revisions than those of before is nothing to it. Pure.
 */
export function saysTheSame(before: Said, now: Said): boolean {
  if (before.source !== now.source || !isSameDocument(before.deployment, now.deployment)) return false;
  return [...now.revisions].every(([name, present]) => {
    const former = before.revisions.get(name);
    if (former === undefined || former === null || present === null) return former === undefined || former === present;
    return former.record === present.record && isSameDocument(former.document, present.document);
  });
}

// While its file stays as it is, a document and its place are the very same with every commit.
function isSameDocument<T>(a: AtPlace<T> | null, b: AtPlace<T> | null): boolean {
  return a === b || (a !== null && b !== null && a.doc === b.doc && a.locate === b.locate);
}

function atPlace<T>(sourced: Sourced<T> | null): AtPlace<T> | null {
  return sourced === null ? null : { doc: sourced.doc, locate: sourced.locate };
}

const documentsIn = oncePerValue(({ deployments, applications }: Fleet) => ({
  deployments: byKey(deployments),
  applications: byKey(applications),
}));

function byKey<T extends Application | ApplicationDeployment>(
  documents: readonly Sourced<T>[],
): ReadonlyMap<string, Sourced<T>> {
  return new Map(documents.map((sourced) => [docKey(sourced.doc), sourced]));
}

const recordsIn = oncePerValue(
  ({ revisions }: RevisionHistory): ReadonlyMap<string, RevisionRecord> =>
    new Map(
      [...revisions.values()].flat().map((record) => [`${namespaceOf(record.application)}/${record.name}`, record]),
    ),
);

/** The names of the revisions that clusters are to have. */
const revisionsIn = oncePerValue(
  (byCluster: ByCluster): ReadonlySet<string> =>
    new Set([...byCluster.values()].flatMap((group) => group.map(({ revision }) => revision))),
);
