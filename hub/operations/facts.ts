import { by } from '../../shared/lib/order.ts';
import type { BundlePage, HubFacts } from '../api/facts.ts';
import type { Answer, Input } from '../api/routes.ts';
import type { RevisionHistory } from '../model/fleet.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';
import type { HubParts } from './parts.ts';

/** Objects of one page of bundles, about. */
const objectsPerPage = 2_000;

/** What the hub knows that a change is judged by, the bundles excepted. */
export function hubFactsOf({ state, localCluster }: Pick<HubParts, 'state' | 'localCluster'>): Answer<'facts'> {
  const { channel, epoch, source, documents, revisions, clusters, picks, guarded, approvals, problems } = state();
  return {
    channel,
    epoch,
    localCluster,
    source,
    documents: [...documents],
    revisions: Object.fromEntries([...revisions.revisions].map(([app, records]) => [app, [...records]])),
    newest: Object.fromEntries(revisions.newest),
    clusters: [...clusters.values()].map((record): ClusterRecord => ({ ...record, agentKey: null, token: null })),
    picks: Object.fromEntries([...picks].map(([key, names]) => [key, [...names]])),
    guarded: [...guarded],
    approvals: [...approvals],
    problems: [...problems],
  };
}

/** The last bundles of the clusters whose names follow `after`, as many as make a page. */
export function listBundles({ state }: Pick<HubParts, 'state'>, { after = '' }: Input<'bundles'>): Answer<'bundles'> {
  const all = [...state().bundles.values()].filter(({ cluster }) => cluster > after).sort(by(({ cluster }) => cluster));
  const page: BundlePage['bundles'] = [];
  let objects = 0;
  for (const { cluster, revision } of all) {
    if (page.length > 0 && objects + revision.bundle.objects > objectsPerPage) break;
    objects += revision.bundle.objects;
    page.push({ cluster, revision });
  }
  return { bundles: page, next: page.length < all.length ? (page.at(-1)?.cluster ?? null) : null };
}

/** The hub's state as its facts tell it: what deciding reads, without bytes and keys. */
export function stateOfFacts(facts: HubFacts, bundles: BundlePage['bundles']): Omit<State, 'number'> {
  const clusters = facts.clusters as readonly ClusterRecord[];
  const published = bundles.map(({ cluster, revision }): PublishedBundle => ({
    cluster,
    revision: revision as PublishedBundle['revision'],
    revisionDigest: 'sha256:',
    payload: new Uint8Array(),
    signatures: new Uint8Array(),
    tree: '',
    commit: '',
    parent: null,
  }));
  const { channel, epoch, source } = facts;
  return {
    channel,
    epoch,
    source,
    documents: facts.documents as State['documents'],
    revisions: {
      revisions: new Map(Object.entries(facts.revisions)) as RevisionHistory['revisions'],
      newest: new Map(Object.entries(facts.newest)),
    },
    clusters: new Map(clusters.map((record) => [record.name, record])),
    picks: new Map(Object.entries(facts.picks)),
    bundles: new Map(published.map((bundle) => [bundle.cluster, bundle])),
    guarded: facts.guarded as State['guarded'],
    approvals: facts.approvals as State['approvals'],
    problems: facts.problems as State['problems'],
  };
}
