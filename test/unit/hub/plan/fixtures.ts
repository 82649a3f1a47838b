import { digestOf } from '../../../../shared/lib/canonical.ts';
import { idOf, type KubeObject } from '../../../../shared/model/object.ts';
import { encode } from '../../../../shared/wire/codec.ts';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import type { RetiredObject, Revision } from '../../../../shared/wire/revision.ts';
import type { GuardedChange } from '../../../../hub/model/guarded-change.ts';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import type { State } from '../../../../hub/model/state.ts';
import { emptyState } from '../../../../hub/store/slices/slices.ts';
import { waitingChanges } from '../../../../hub/model/hold.ts';
import { tellProblems } from '../../../../hub/model/problems.ts';
import type { Problem } from '../../../../hub/model/source.ts';
import type { NextBundle, Plan } from '../../../../hub/model/bundle.ts';
import type { RenderedApp, RenderedObject } from '../../../../hub/model/rendered.ts';
import { plan, type PlanInput } from '../../../../hub/plan/plan.ts';

export const channel = '11111111-1111-4111-8111-111111111111';
export const registration = '22222222-2222-4222-8222-222222222222';
export const now = '2026-01-01T00:00:00.000Z';
const source = { repository: 'https://git.example/config', commit: 'c1' };

/** `KIND/NAME` (a core kind unless GROUP.KIND is given as KIND:GROUP), optionally `@REVISION`. */
export function object(text: string, extra: Record<string, unknown> = {}): RenderedObject {
  const [path = '', revision] = text.split('@');
  const [kindAndGroup = '', name = ''] = path.split('/');
  const [kind = '', group] = kindAndGroup.split(':');
  const value: KubeObject = {
    apiVersion: group === undefined ? 'v1' : `${group}/v1`,
    kind,
    metadata: { name, namespace: 'default' },
    ...extra,
  };
  return { id: idOf(value), object: value, ...(revision === undefined ? {} : { revision }) };
}

export const id = (text: string): string => object(text).id;

/** An application of objects (`ConfigMap/a web`): the revisions are those that its objects name. */
export function app(
  name: string,
  objects: readonly (string | RenderedObject)[],
  more: Partial<RenderedApp> = {},
): RenderedApp {
  const made = objects.map((each) => (typeof each === 'string' ? object(each) : each));
  return {
    cluster: 'one',
    namespace: 'default',
    name,
    source: 'c1',
    selector: {},
    replicas: [],
    traffic: [],
    progressDeadlineSeconds: 600,
    notes: [],
    revisions: [...new Set(made.flatMap(({ revision }) => (revision === undefined ? [] : [revision])))],
    objects: made,
    ...more,
  };
}

/** `n` ConfigMaps of a name. */
export const many = (name: string, n: number, revision = ''): string[] =>
  Array.from({ length: n }, (_, i) => `ConfigMap/${name}-${i}${revision === '' ? '' : `@${revision}`}`);

export const record: ClusterRecord = {
  name: 'one',
  registration,
  labels: { env: 'prod' },
  capabilities: null,
  joinedAt: now,
  agentKey: null,
  token: null,
  reports: true,
  revoked: false,
  decommission: null,
};

export const start: State = { ...emptyState({ channel, epoch: 1 }), clusters: new Map([['one', record]]) };

/** A plan, with what the pass keeps of its holds. */
export interface PlanResult extends Plan {
  readonly guarded: readonly GuardedChange[];
  readonly problems: readonly Problem[];
}

/** A unit that rendering holds, on a cluster or on all. */
export const heldBack = (unit: string, cluster: string | null): PlanInput['holds'][number] => ({
  app: unit,
  cluster,
  by: 'render',
});

/** A plan for a state and what was rendered. */
export function planFor(state: State, rendered: readonly RenderedApp[], more: Partial<PlanInput> = {}): PlanResult {
  const result = plan({
    state,
    source,
    rendered,
    holds: [],
    labels: new Map(),
    reports: new Map(),
    published: new Map(),
    signAgain: new Set(),
    reported: new Map(),
    sizes: () => new Map(),
    now,
    ...more,
  });
  return { ...result, guarded: waitingChanges(result.holds), problems: tellProblems([result]) };
}

/** The state after a plan was published, as publish would leave it. */
export function published(state: State, result: PlanResult): State {
  const bundles = new Map(state.bundles);
  for (const next of result.next) bundles.set(next.cluster, bundleOf(next));
  return { ...state, bundles, guarded: result.guarded, approvals: result.approvals, number: state.number + 1 };
}

/** Plans and publishes: the state after it. */
export const step = (state: State, rendered: readonly RenderedApp[], more: Partial<PlanInput> = {}): State =>
  published(state, planFor(state, rendered, more));

function bundleOf({ cluster, revision }: NextBundle) {
  const full: Revision = { ...revision, ledger: 1, issuedAt: now, freshUntil: now };
  const payload = encode(full);
  return {
    cluster,
    revision: full,
    revisionDigest: digestOf(payload),
    payload,
    signatures: new Uint8Array(),
    tree: '0'.repeat(40),
    commit: '1'.repeat(40),
    parent: null,
  };
}

/** What a state's only cluster was sent last. */
export const sent = (state: State): Revision => state.bundles.get('one')!.revision;
export const retiredIds = (list: readonly RetiredObject[]): string[] => list.map((entry) => entry.id);
export const idsOf = (revision: Pick<Revision, 'apps'>): string[] =>
  revision.apps.flatMap((each) => each.objects.map((one) => one.id)).sort();

/** A report of the cluster's agent. */
export function report(generation: number, more: Partial<AgentReport> = {}): AgentReport {
  return {
    format: 1,
    channel,
    registration,
    cluster: 'one',
    sequence: 1,
    issuedAt: now,
    agent: { version: '0.1.0', kubernetes: 'v1.36.3', capabilities: [], clusterUid: 'uid' },
    accepted: { epoch: 1, generation, revisionDigest: digestOf(String(generation)) },
    settled: true,
    conditions: [],
    apps: [],
    retired: { settled: [], survivors: [], unexplained: [] },
    ...more,
  };
}

export const reports = (one: AgentReport): PlanInput['reports'] => new Map([['one', { report: one }]]);

/** What `sluice-hub approve` does to the first change that waits. */
export function approved(state: State, by = 'ada'): State {
  const [change] = state.guarded;
  if (change === undefined) throw new Error('nothing waits');
  const { generation, ids } = change;
  return {
    ...state,
    approvals: [...state.approvals, { change: change.change, generation, ids: [...ids], by, at: now }],
  };
}
