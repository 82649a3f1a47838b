import { byCodeUnit } from '../../shared/lib/order.ts';
import type { Digest } from '../../shared/lib/canonical.ts';
import type { GuardedChange } from '../model/guarded-change.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import { seenId, type SeenDocument } from '../model/seen-documents.ts';
import type { Place, Problem } from '../model/source.ts';

/** The documents that stay as they were last seen. */
export interface HeldDocuments {
  /** `Kind namespace/name` of all of them. */
  readonly frozen: ReadonlySet<string>;
  /** Clusters whose document is missing. */
  readonly clusters: readonly SeenDocument[];
  /** Other missing documents: each waits for the approval of its change. */
  readonly waiting: readonly SeenDocument[];
  /** The problems that validation found: those of a broken document tell its hold. */
  readonly problems: readonly Problem[];
}

/** A hold for every document that is kept: broken ones, then clusters, then those that wait. */
export function documentHolds({ frozen, clusters, waiting, problems }: HeldDocuments): FoundHold[] {
  const isMissing = new Set([...clusters, ...waiting].map(seenId));
  const broken = [...frozen].filter((id) => !isMissing.has(id)).sort(byCodeUnit);
  const errors = Map.groupBy(
    problems.filter(({ app, severity }) => app !== undefined && severity === 'error'),
    ({ app }) => app,
  );
  return [...broken.map((id) => brokenHold(id, errors)), ...clusters.map(clusterHold), ...waitingHolds(waiting)];
}

function waitingHolds(waiting: readonly SeenDocument[]): FoundHold[] {
  const groups = Map.groupBy(waiting, (seen) => seen.missing?.change ?? 'sha256:');
  return [...groups]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .flatMap(([digest, documents]) => {
      const change = missingChange(digest, documents);
      return documents.map((seen) =>
        holdOf('document', waitingProblem(seen), { app: appOf(seen), cluster: null, change }),
      );
    });
}

function missingChange(change: Digest, documents: readonly SeenDocument[]): GuardedChange {
  return {
    change,
    code: 'SOURCE_REWOUND',
    cluster: null,
    app: null,
    generation: 0,
    ids: documents.map(({ kind, key }) => `core.oam.dev/${kind}/${key}`).sort(),
    since: documents[0]?.missing?.since ?? '',
  };
}

function brokenHold(id: string, errors: ReadonlyMap<string | undefined, readonly Problem[]>): FoundHold {
  const [kind = '', key = ''] = id.split(' ');
  const app = appOf({ kind, key });
  const own = app === null ? [] : (errors.get(app) ?? []);
  const reason = `${id} is broken: its last whole version, if there is one, stays in force`;
  return { app, cluster: clusterOf({ kind, key }), by: 'document', reason, problems: own };
}

function clusterHold(seen: SeenDocument): FoundHold {
  return holdOf('document', clusterProblem(seen), { app: null, cluster: clusterOf(seen) });
}

/** The application or deployment that a document is. */
function appOf({ kind, key }: Pick<SeenDocument, 'kind' | 'key'>): string | null {
  return kind === 'Application' || kind === 'ApplicationDeployment' ? key : null;
}

function clusterOf({ kind, key }: Pick<SeenDocument, 'kind' | 'key'>): string | null {
  return kind === 'Cluster' ? key.slice(key.indexOf('/') + 1) : null;
}

function clusterProblem({ key, place }: SeenDocument): Problem {
  const name = key.slice(key.indexOf('/') + 1);
  return {
    code: 'SOURCE_REWOUND',
    message: `the document of cluster ${name} is gone: the cluster stays as it is`,
    place: lastSeen(place),
    hint: `bring it back, or run: sluice-hub cluster remove ${name}`,
    cluster: name,
    severity: 'warning',
  };
}

function waitingProblem({ kind, key, place, missing }: SeenDocument): Problem {
  const isUnread = missing?.unread !== undefined;
  return {
    code: 'SOURCE_REWOUND',
    message: isUnread
      ? `${kind} ${key} stays as it was last seen: ${missing.unread ?? ''}`
      : `${kind} ${key} is missing, and no commit removed it: it stays as it is`,
    place: lastSeen(place),
    hint: `${isUnread ? 'mend that, leave it out with `exclude`' : 'bring it back'}, or run: sluice-hub approve ${missing?.change ?? ''}`,
    ...(kind.startsWith('Application') && { app: key }),
    severity: 'warning',
  };
}

function lastSeen({ path, line, column }: Place): Place {
  return { path, line, column };
}
