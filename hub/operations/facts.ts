import { by } from '../../shared/lib/order.ts';
import { worstHealth, type AppHealth } from '../../shared/model/health.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import type { BundlePage, ClusterPage, DocumentPage, HubFacts, RecordPage } from '../api/facts.ts';
import type { Answer, Input } from '../api/routes.ts';
import type { RevisionHistory } from '../model/fleet.ts';
import { judgedHealth, type JudgedBy } from '../model/health.ts';
import { seenId } from '../model/seen-documents.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { ReceivedReport, Reports } from '../model/reports.ts';
import type { State } from '../model/state.ts';
import type { HubParts } from './parts.ts';

/** Objects of one page of bundles, about, and records of one page of revisions, documents or clusters. */
const [objectsPerPage, recordsPerPage] = [2_000, 500];

/** What the hub knows that a change is judged by, what comes in pages excepted. */
export function hubFactsOf({ state, localCluster }: Pick<HubParts, 'state' | 'localCluster'>): Answer<'facts'> {
  const { channel, epoch, source, broken, revisions, picks, guarded, approvals, problems } = state();
  return {
    channel,
    epoch,
    localCluster,
    source,
    broken: [...broken],
    newest: Object.fromEntries(revisions.newest),
    picks: Object.fromEntries([...picks].map(([key, names]) => [key, [...names]])),
    guarded: [...guarded],
    approvals: [...approvals],
    problems: [...problems],
  };
}

/** The documents in force that follow `after`, as many as make a page. */
export function listDocuments(
  { state }: Pick<HubParts, 'state'>,
  { after = '' }: Input<'documents'>,
): Answer<'documents'> {
  const all = state().documents.filter((seen) => seenId(seen) > after);
  const { page, next } = pageOf([...all].sort(by(seenId)), () => 1, recordsPerPage);
  return { documents: [...page], next: next === null ? null : seenId(next) };
}

/** The registered clusters whose names follow `after`, as many as make a page, without keys and tokens. */
export function listRegistered(
  { state }: Pick<HubParts, 'state'>,
  { after = '' }: Input<'registered'>,
): Answer<'registered'> {
  const all = [...state().clusters.values()].filter(({ name }) => name > after).sort(by(({ name }) => name));
  const { page, next } = pageOf(all, () => 1, recordsPerPage);
  const clusters = page.map((record): ClusterRecord => ({ ...record, agentKey: null, token: null }));
  return { clusters, next: next?.name ?? null };
}

/** The recorded revisions of the applications whose names follow `after`, as many as make a page. */
export function listRecorded(
  { state }: Pick<HubParts, 'state'>,
  { after = '' }: Input<'recorded'>,
): Answer<'recorded'> {
  const all = [...state().revisions.revisions].filter(([app]) => app > after).sort(by(([app]) => app));
  const { page, next } = pageOf(all, ([, records]) => records.length, recordsPerPage);
  return { revisions: Object.fromEntries(page.map(([app, records]) => [app, [...records]])), next: next?.[0] ?? null };
}

/** The last bundles of the clusters whose names follow `after`, as many as make a page, with what their agents said. */
export function listBundles(
  { state, reports, sizes, health, clock }: Pick<HubParts, 'state' | 'reports' | 'sizes' | 'health' | 'clock'>,
  { after = '' }: Input<'bundles'>,
): Answer<'bundles'> {
  const all = [...state().bundles.values()].filter(({ cluster }) => cluster > after).sort(by(({ cluster }) => cluster));
  const { page, next } = pageOf(all, ({ revision }) => revision.bundle.objects, objectsPerPage);
  const said = reports.current(state());
  const now = clock.now();
  const bundles = page.map((bundle) => ({
    cluster: bundle.cluster,
    revision: bundle.revision,
    sizes: Object.fromEntries(sizes(bundle)),
    said: saidBy(said.get(bundle.cluster)?.report, bundle, { judged: health.judged, now }),
  }));
  return { bundles, next: next?.cluster ?? null };
}

/** The first of some values that together have this weight, one at least, and the last of them where more follow. */
function pageOf<T>(
  all: readonly T[],
  weightOf: (value: T) => number,
  limit: number,
): { readonly page: readonly T[]; readonly next: T | null } {
  let weight = 0;
  const end = all.findIndex((value, index) => (weight += weightOf(value)) > limit && index > 0);
  return end < 0 ? { page: all, next: null } : { page: all.slice(0, end), next: all[end - 1] ?? null };
}

interface Judging {
  readonly judged: JudgedBy;
  readonly now: number;
}

/** What an agent said of its applications, each as well as its definitions say that it is. */
function saidBy(
  report: AgentReport | undefined,
  { cluster, revision }: Pick<PublishedBundle, 'cluster' | 'revision'>,
  judging: Judging,
): BundlePage['bundles'][number]['said'] {
  if (report === undefined) return null;
  const published = new Map(revision.apps.map((app) => [appKey(app), app]));
  const apps = report.apps.map(({ namespace, name, applied, message, ...app }) => {
    const wanted = published.get(appKey({ namespace, name, ...app }));
    const health = wanted?.digest === applied ? healthOf(app.health, cluster, wanted, judging) : app.health;
    return { namespace, name, applied, health, message: message.slice(0, 200) };
  });
  return { kubernetes: report.agent.kubernetes, apps };
}

function healthOf(
  reported: AppHealth,
  cluster: string,
  app: PublishedBundle['revision']['apps'][number],
  { judged, now }: Judging,
): AppHealth {
  const said = judged(appKey(app), cluster, app);
  if (said === 'awaited') return worstHealth([reported, 'Unknown']);
  return judgedHealth(reported, said, { now, deadlineMs: app.health.progressDeadlineSeconds * 1_000 });
}

/** What a hub tells in pages, all of them together. */
export interface PagedFacts {
  readonly documents: DocumentPage['documents'];
  readonly clusters: ClusterPage['clusters'];
  readonly revisions: RecordPage['revisions'];
  readonly bundles: BundlePage['bundles'];
}

/** The hub's state as its facts tell it: what deciding reads, without bytes and keys. */
export function stateOfFacts(facts: HubFacts, paged: PagedFacts): Omit<State, 'number'> {
  const clusters = paged.clusters as readonly ClusterRecord[];
  const published = paged.bundles.map(({ cluster, revision }): PublishedBundle => ({
    cluster,
    revision: revision as PublishedBundle['revision'],
    revisionDigest: 'sha256:',
    keyid: '',
    tree: '',
    commit: '',
    parent: null,
  }));
  const { channel, epoch, source } = facts;
  return {
    channel,
    epoch,
    source,
    documents: paged.documents as State['documents'],
    broken: facts.broken as State['broken'],
    revisions: {
      revisions: new Map(Object.entries(paged.revisions)) as RevisionHistory['revisions'],
      newest: new Map(Object.entries(facts.newest)),
    },
    clusters: new Map(clusters.map((record) => [record.name, record])),
    picks: new Map(Object.entries(facts.picks)),
    // A preview shows what the documents come to in the end.
    deliveries: new Map(),
    freeze: null,
    bundles: new Map(published.map((bundle) => [bundle.cluster, bundle])),
    guarded: facts.guarded as State['guarded'],
    approvals: facts.approvals as State['approvals'],
    // Who may ask a hub is nothing that documents are judged by.
    tokens: [],
    problems: facts.problems as State['problems'],
  };
}

/** What judging reads of a hub beside its state: what agents said, and the sizes of published files. */
export interface KnownFacts {
  readonly reports: Reports;
  readonly sizes: (bundle: Pick<PublishedBundle, 'cluster'>) => ReadonlyMap<string, number>;
}

/** The same as the pages of bundles tell it; of reports, no more than that settles nothing. */
export function knownOfFacts({ channel }: HubFacts, bundles: BundlePage['bundles']): KnownFacts {
  const sizes = new Map(bundles.map((one) => [one.cluster, new Map(Object.entries(one.sizes))] as const));
  const reports = new Map<string, ReceivedReport>();
  for (const { cluster, revision, said } of bundles) {
    if (said === null) continue;
    const { registration } = revision as PublishedBundle['revision'];
    const agent = { version: '', kubernetes: said.kubernetes, capabilities: [], clusterUid: '' };
    const apps = said.apps.map((app) => ({ ...unsaid, ...app }) as ReportApp);
    const head = { format: 1, channel, registration, cluster, sequence: 0, issuedAt: '', agent };
    const retired = { settled: [], survivors: [], unexplained: [] };
    const report: AgentReport = { ...head, accepted: null, settled: false, conditions: [], apps, retired };
    reports.set(cluster, { report, receivedAt: 0 });
  }
  return { reports, sizes: ({ cluster }) => sizes.get(cluster) ?? new Map<string, number>() };
}

const unsaid: Omit<ReportApp, 'namespace' | 'name' | 'applied' | 'health' | 'message'> = {
  ...{ desired: null, phase: 'settled', revisions: [], traffic: [], problems: [], observedAt: '' },
  objects: { total: 0, current: 0 },
};
