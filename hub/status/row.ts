import { appKey } from '../../shared/wire/bundle.ts';
import type { ReportApp } from '../../shared/wire/report.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { ClusterRecord } from '../model/registry.ts';
import { ageOf, isStale } from './age.ts';
import type { StatusRow } from '../api/status.ts';
import type { RowFacts, StatusFacts } from './facts.ts';
import { isEcho, verdictOf } from './verdict.ts';

/**
 * The rows of a cluster: every application of its last bundle, and every application that the agent still has to remove; of those
 * that are meant.
 */
export function rowsOf(
  record: ClusterRecord,
  facts: StatusFacts,
  isMeant: (app: string) => boolean = () => true,
): StatusRow[] {
  const bundle = facts.state.bundles.get(record.name);
  if (bundle?.revision.registration !== record.registration) return [];
  const received = facts.reports.get(record.name);
  const common = {
    record,
    revision: bundle.revision,
    received,
    stale: isStale(record, received, facts),
    age: ageOf(received, facts.now),
    now: facts.now,
  };
  const said = new Map(received?.report.apps.map((app) => [appKey(app), app]));
  const apps = bundle.revision.apps.filter((app) => isMeant(appKey(app)));
  const rows = apps.map((app) =>
    rowOf({
      ...common,
      app,
      said: said.get(appKey(app)),
      judged: facts.judged?.(appKey(app), record.name, app.digest),
    }),
  );
  const wanted = new Set(bundle.revision.apps.map(appKey));
  return [...rows, ...leavingRows(common, wanted).filter(({ application }) => isMeant(application))];
}

function rowOf(facts: RowFacts): StatusRow {
  const { app, record, revision, received, said } = facts;
  return {
    application: appKey(app),
    cluster: record.name,
    revisions: revisionsOf(app, said),
    desired: app.digest,
    observed: said?.applied ?? null,
    generation: revision.generation,
    acceptedGeneration: received?.report.accepted?.generation ?? null,
    applied: isEcho(facts),
    ...verdictOf(facts),
    phase: said?.phase ?? null,
    provider: providerOf(app, said),
    notes: [...app.notes],
    checks: checksOf(facts),
    ...knowledgeOf(facts),
  };
}

/** Applications that the bundle has no more and the agent still reports: on their way out, or kept. */
function leavingRows(common: Omit<RowFacts, 'app' | 'said'>, wanted: ReadonlySet<string>): StatusRow[] {
  const { received, record, revision } = common;
  if (received === undefined) return [];
  const left = received.report.apps.filter((app) => !wanted.has(appKey(app)) && app.phase !== 'settled');
  return left.map((said) => ({
    application: appKey(said),
    cluster: record.name,
    revisions: said.revisions.map((of) => ({ ...of, traffic: liveShare(said, of.name), wantedTraffic: null })),
    desired: '',
    observed: said.applied,
    generation: revision.generation,
    acceptedGeneration: received.report.accepted?.generation ?? null,
    applied: false,
    health: common.stale ? 'Stale' : said.health === 'Degraded' ? 'Degraded' : 'Progressing',
    message: said.message === '' ? 'being removed' : `being removed: ${said.message}`,
    phase: said.phase,
    provider: null,
    notes: [],
    checks: [],
    ...knowledgeOf({ ...common, said }),
  }));
}

/** What its definitions say, as far as it is evaluated. */
function checksOf({ judged }: RowFacts): StatusRow['checks'] {
  return (judged?.checked ?? []).map(({ component, trait, revision, health, message, details }) => ({
    component,
    trait: trait ?? null,
    revision: revision ?? null,
    health,
    message,
    details,
  }));
}

function revisionsOf(app: BundleApp, said: ReportApp | undefined): StatusRow['revisions'] {
  const wanted = app.revisions.map(({ name }) => name);
  const running = (said?.revisions ?? []).map(({ name }) => name);
  const names = [...running.filter((name) => !wanted.includes(name)), ...wanted];
  return names.map((name) => {
    const of = said?.revisions.find((revision) => revision.name === name);
    return {
      name,
      ready: of?.ready ?? null,
      desired: of?.desired ?? wantedReplicas(app, name),
      traffic: said === undefined ? null : liveShare(said, name),
      wantedTraffic: wantedShare(app, name),
    };
  });
}

function wantedReplicas(app: BundleApp, revision: string): number | null {
  const counts = app.replicas.filter((entry) => entry.revision === revision);
  return counts.length === 0 ? null : counts.reduce((sum, { value }) => sum + value, 0);
}

/** The share of the first rule: the one number that a table can show. */
function wantedShare(app: BundleApp, revision: string): number | null {
  const targets = app.traffic.flatMap(({ targets: all }) => all.filter((target) => target.rule === 0));
  if (targets.length === 0) return null;
  return targets.filter((target) => target.revision === revision).reduce((sum, { weight }) => sum + weight, 0);
}

/** What a split does not name gets nothing; null where there is no split. */
function liveShare(said: ReportApp, revision: string): number | null {
  if (said.traffic.length === 0) return null;
  return said.traffic.find((share) => share.revision === revision)?.weight ?? 0;
}

/** What carries the traffic, once an agent has said something and does not miss it. */
function providerOf({ traffic: [traffic] }: BundleApp, said: ReportApp | undefined): string | null {
  if (traffic === undefined || said === undefined || said.phase === 'skipped') return null;
  return said.problems.some(({ id }) => id === traffic.id) ? null : traffic.provider;
}

function knowledgeOf({ received, said, age }: Pick<RowFacts, 'received' | 'said' | 'age'>) {
  const since = said === undefined ? undefined : received?.since?.[appKey(said)];
  return {
    since: since === undefined ? null : new Date(since).toISOString(),
    observedAt: said === undefined ? null : (said.observedAt ?? received?.report.issuedAt ?? null),
    reportedAt: received === undefined ? null : new Date(received.receivedAt).toISOString(),
    ageSeconds: age,
  };
}
