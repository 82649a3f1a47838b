import { appKey } from '../shared/wire/bundle.ts';
import type { Signer } from '../shared/wire/envelope.ts';
import type { Target } from './model/fleet.ts';
import type { Ledger, LedgerState, PublishedBundle, SeenDocument } from './model/ledger.ts';
import type { Carrier } from './model/rendered.ts';
import type { Reports } from './model/reports.ts';
import type { Problem } from './model/source.ts';
import { filesOf } from './publish/bundle.ts';
import { unexplained } from './plan/plan.ts';

/** The cluster that placements without a selector mean: as configured, else the one that is called `local`. */
export function localOf(configured: string | null, targets: readonly Target[]): string | null {
  return configured ?? (targets.some(({ name }) => name === 'local') ? 'local' : null);
}

/** What runs where, as far as the ledger published it. */
export function runningUnits(
  state: Pick<LedgerState, 'bundles'>,
): { readonly unit: string; readonly cluster: string }[] {
  return [...state.bundles.values()].flatMap(({ cluster, revision }) =>
    revision.apps.map((app) => ({ unit: appKey(app), cluster })),
  );
}

/**
 * The picks of deployments that have a document, or objects in the bundle of some cluster; those of others are dropped. A pick's key
 * begins with `namespace/name`.
 */
export function picksInUse(
  picks: LedgerState['picks'],
  documents: readonly SeenDocument[],
  state: Pick<LedgerState, 'bundles' | 'clusters'>,
): LedgerState['picks'] {
  const deployments = documents.filter(({ kind }) => kind === 'ApplicationDeployment').map(({ key }) => key);
  const running = runningUnits(state).filter(({ cluster }) => state.clusters.has(cluster));
  const units = new Set([...deployments, ...running.map(({ unit }) => unit)]);
  return new Map([...picks].filter(([key]) => units.has(key.split('/', 2).join('/'))));
}

/** Clusters whose bundle another key signed than this one (its id stands in the signature file). */
export function signedByOthers(
  { bundles }: Pick<LedgerState, 'bundles'>,
  { keyid }: Pick<Signer, 'keyid'>,
): Set<string> {
  const others = [...bundles.values()].filter(({ signatures }) => !Buffer.from(signatures).includes(keyid));
  return new Set(others.map(({ cluster }) => cluster));
}

/** What carries the traffic of each unit on each cluster now, by `unit cluster`. */
export function carriersOf({ bundles, clusters }: LedgerState): Map<string, Carrier> {
  const current = [...bundles.values()].filter(
    ({ cluster, revision }) => clusters.get(cluster)?.registration === revision.registration,
  );
  return new Map(
    current.flatMap(({ cluster, revision }) =>
      revision.apps.flatMap((app) =>
        app.traffic.slice(0, 1).map(({ provider }) => [`${appKey(app)} ${cluster}`, provider] as const),
      ),
    ),
  );
}

/** The revisions that failed to render and that no cluster has: `namespace/NAME-vN`. */
export function unrendered({ bundles, problems }: LedgerState): Set<string> {
  const sent = new Set(
    [...bundles.values()].flatMap(({ revision }) =>
      revision.apps.flatMap(({ namespace, revisions }) => revisions.map(({ name }) => `${namespace}/${name}`)),
    ),
  );
  return new Set(problems.flatMap(({ revision }) => (revision === undefined || sent.has(revision) ? [] : [revision])));
}

/** By cluster: ids that its agent keeps unexplained, and that this ledger did publish to it. */
export async function publishedBefore(ledger: Ledger, state: LedgerState, reports: Reports) {
  const found = [...unexplained(state, reports)].map(async ([cluster, { registration, ids }]) => {
    return [cluster, await ledger.published(cluster, registration, ids)] as const;
  });
  return new Map(await Promise.all(found));
}

/** File sizes of a published bundle by path. */
export function sizesOf({ objects }: Ledger, bundle: PublishedBundle): ReadonlyMap<string, number> {
  const files = [...filesOf(objects, bundle.tree)];
  return new Map(files.map(([path, oid]) => [path, objects.packed(oid)?.size ?? 0]));
}

/** Every problem once, in order of appearance. */
export function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** The subject of the ledger commit that a pass makes. */
export function messageOf(commits: number, commit: string, bundles: number): string {
  const what =
    commits === 0 ? 'follow what agents and administrators said' : `process ${commit.slice(0, 12) || 'the folder'}`;
  return bundles === 0 ? what : `${what}: ${bundles} bundle${bundles === 1 ? '' : 's'}`;
}
