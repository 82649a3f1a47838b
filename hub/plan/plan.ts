import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { by } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { Approval, BundleMark } from '../../shared/wire/revision.ts';
import { internalProblem } from '../model/internal-problem.ts';
import type { ClusterRecord, GuardedChange, LedgerState, PublishedBundle } from '../model/ledger.ts';
import type { NextBundle, Plan } from '../model/bundle.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { Problem } from '../model/source.ts';
import { planCluster, type ClusterPlan } from './cluster.ts';
import { entryOf, type Entry } from './entry.ts';
import { previousOf, type ClusterInput } from './input.ts';
import { unexplainedIds } from './unexplained.ts';

/** What a plan is made from. */
export interface PlanInput {
  /** The ledger as it is; its documents, picks and the like may be those of this pass already. */
  readonly state: LedgerState;
  readonly source: { readonly repository: string; readonly commit: string };
  readonly rendered: readonly RenderedApp[];
  /** Units that failed to render or are held, on one cluster or on all: they stay as they were published. */
  readonly failed: readonly { readonly unit: string; readonly cluster: string | null }[];
  /** The labels that each cluster's bundle carries; the registry's where there are none here. */
  readonly labels: ReadonlyMap<string, Labels>;
  /** The newest report of each cluster. */
  readonly reports: ReadonlyMap<string, { readonly report: AgentReport }>;
  /** By cluster: unexplained ids that the ledger did publish to it (`publishedBefore`). */
  readonly published: ReadonlyMap<string, ReadonlySet<ObjectId>>;
  /** Clusters whose bundle another hub key signed than the one at work: it is signed again, as the next generation. */
  readonly signAgain: ReadonlySet<string>;
  /** Marks of bundles that a hub key signed and that were seen outside the ledger: in reports. */
  readonly witnessed: ReadonlyMap<string, BundleMark>;
  /** File sizes of a published bundle by path; only asked for units that stay as they were. */
  readonly sizes: (bundle: PublishedBundle) => ReadonlyMap<string, number>;
  readonly now: string;
}

/**
 * Decides the next bundle of every cluster, or why there is none (pure). Whatever fails or is held stays byte for byte
 * as it was published, per unit and cluster. Throws LEDGER_BEHIND when the ledger is older than what it published.
 */
export function plan(input: PlanInput): Plan {
  assertNotBehind(input);
  const next: NextBundle[] = [];
  const guarded: GuardedChange[] = [];
  const problems: Problem[] = [];
  const rendered = Map.groupBy(input.rendered, ({ cluster }) => cluster);
  for (const record of [...input.state.clusters.values()].sort(by(({ name }) => name))) {
    if (record.revoked) continue;
    const planned = catchInternal(input, record, rendered.get(record.name) ?? []);
    if (planned.next !== null) next.push(planned.next);
    guarded.push(...planned.guarded);
    problems.push(...planned.problems);
  }
  return { next, guarded, approvals: neededApprovals(input.state, next, guarded), problems };
}

// An internal error in one cluster must not stop the others: it keeps its bundle, and its changes go on waiting.
function catchInternal(input: PlanInput, record: ClusterRecord, rendered: readonly RenderedApp[]): ClusterPlan {
  const cluster = record.name;
  try {
    const problems: Problem[] = [];
    const planned = planCluster(clusterInput(input, { record, rendered }, problems));
    return { ...planned, problems: [...problems, ...planned.problems] };
  } catch (error) {
    const guarded = input.state.guarded.filter((change) => change.cluster === cluster);
    const problem = { ...internalProblem(error, `the next bundle of ${cluster} cannot be planned`), cluster };
    return { next: null, guarded, problems: [problem] };
  }
}

function clusterInput(
  input: PlanInput,
  { record, rendered }: { readonly record: ClusterRecord; readonly rendered: readonly RenderedApp[] },
  problems: Problem[],
): ClusterInput {
  const { state, source, labels, reports, published, signAgain, sizes, now } = input;
  const { name } = record;
  const kept = new Map<string, Problem | null>(
    input.failed.filter(({ cluster }) => cluster === null || cluster === name).map(({ unit }) => [unit, null]),
  );
  const entries = new Map<string, Entry>();
  for (const app of rendered) {
    const entry = entryOrProblem(app);
    if ('app' in entry) entries.set(appKey(app), entry);
    else {
      kept.set(appKey(app), null);
      problems.push(entry.problem);
    }
  }
  const previous = previousOf(state, record);
  const report = reports.get(name)?.report ?? null;
  const open = previous === null || report === null ? new Set<ObjectId>() : unexplainedIds(previous, report);
  return {
    state,
    record,
    source,
    labels: labels.get(name) ?? record.labels,
    rendered: entries,
    kept,
    again: [...(published.get(name) ?? [])].filter((id) => open.has(id)),
    report,
    mustSignAgain: signAgain.has(name),
    sizes,
    now,
  };
}

function entryOrProblem(app: RenderedApp): Entry | { readonly problem: Problem } {
  try {
    return entryOf(app);
  } catch (error) {
    const { code, message, data } = asSluiceError(error);
    const what = data.subject === undefined ? message : `${message}: ${data.subject}`;
    return { problem: { code, message: what, app: appKey(app), cluster: app.cluster, severity: 'error' } };
  }
}

function assertNotBehind({ state, witnessed }: PlanInput): void {
  for (const [cluster, { epoch, generation }] of witnessed) {
    const known = state.bundles.get(cluster)?.revision.generation ?? 0;
    if (epoch !== state.epoch || generation <= known) continue;
    throw new SluiceError('LEDGER_BEHIND', `generation ${generation} was published, and the ledger does not know it`, {
      subject: cluster,
      hint: 'restore the newest ledger: docs/operations.md, "A lost hub"',
    });
  }
}

// An approval stays until it is used, and then for as long as a retired object names it.
function neededApprovals(
  state: LedgerState,
  next: readonly NextBundle[],
  guarded: readonly GuardedChange[],
): readonly Approval[] {
  const revisions = new Map([
    ...[...state.bundles].map(([cluster, { revision }]) => [cluster, revision] as const),
    ...next.map(({ cluster, revision }) => [cluster, revision] as const),
  ]);
  const needed = new Set([
    ...[...revisions.values()].flatMap(({ approvals }) => approvals.map(({ change }) => change)),
    ...guarded.map(({ change }) => change),
    ...state.guarded.filter(({ cluster }) => cluster === null).map(({ change }) => change),
  ]);
  const approvals = state.approvals.filter(({ change }) => needed.has(change));
  return approvals.length === state.approvals.length ? state.approvals : approvals;
}
