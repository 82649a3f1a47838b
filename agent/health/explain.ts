import type { Kube } from '../model/kube.ts';
import type { Live, LiveObject } from '../model/live.ts';
import type { AppOutcome } from '../model/outcome.ts';
import { groupKindOf, parseObjectId, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import { label } from '../../shared/model/names.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { assess } from './assess.ts';
import { podTrouble, unscheduled } from './pods.ts';

/** Why an application is not ready, as its pods said when they were looked at last. */
export interface Explanation {
  /** Of which content and workloads it speaks. */
  readonly key: string;
  /** Empty until a pod gives a reason. */
  readonly text: string;
  readonly looks: number;
  /** When to look next, by the monotonic clock. */
  readonly nextAt: number;
}

/** The explanations by application. */
export type Explanations = Map<string, Explanation>;

/** What explaining needs of the agent. */
export interface ExplainPorts {
  readonly memory: { readonly explanations: Explanations };
  readonly view: Live;
  readonly kube: Kube;
  readonly signal: AbortSignal;
}

/** The first look comes when most pods have started; the pauses double, so that a look costs next to nothing for long. */
const pauses = { firstMs: 2_000, maxMs: 60_000 } as const;

/**
 * Remembers for each application that is not ready why its pods do not start (`ImagePullBackOff: ...`), which a workload does
 * not say. Pods are listed two seconds after their workload was seen unready, or at once when its change gave up, and then in
 * doubling pauses of a minute at most.
 */
export async function explainUnready(ports: ExplainPorts, apps: readonly AppOutcome[], now: number): Promise<void> {
  const { explanations } = ports.memory;
  for (const outcome of apps) {
    const ids = unreadyWorkloads(ports.view, outcome);
    if (ids.length === 0) {
      explanations.delete(outcome.key);
      continue;
    }
    const key = [outcome.app?.digest, ...[...ids].sort(byCodeUnit)].join(' ');
    const known = knownOf(explanations.get(outcome.key), key, now);
    explanations.set(outcome.key, known);
    // A change that gave up is not reported without its reason.
    const isLate = outcome.plan?.blocked != null && known.looks === 0;
    if (known.nextAt > now && !isLate) continue;
    // A list that fails leaves the last reason as it is.
    const said = await podReason(ports, ids).catch(() => known.text);
    const pause = Math.min(pauses.maxMs, pauses.firstMs * 2 ** known.looks);
    explanations.set(outcome.key, { key, text: said, looks: known.looks + 1, nextAt: now + pause });
  }
}

/** The explanation to go on from; what pods of another content said is not said of this one. */
function knownOf(last: Explanation | undefined, key: string, now: number): Explanation {
  if (last?.key === key) return last;
  const isSameContent = last?.key.split(' ')[0] === key.split(' ')[0];
  return { key, text: isSameContent ? (last?.text ?? '') : '', looks: 0, nextAt: now + pauses.firstMs };
}

/** When the next look is due, by the monotonic clock; null when none is. */
export function nextLook(explanations: Explanations): number | null {
  const times = [...explanations.values()].map(({ nextAt }) => nextAt);
  return times.length === 0 ? null : Math.min(...times);
}

/** What makes pods and is not ready: of a blocked revision that has any, of it alone. */
function unreadyWorkloads(view: Live, { app, plan }: AppOutcome): readonly ObjectId[] {
  if (app === null || plan === null) return [];
  const ids = app.objects.map(({ id }) => id).filter((id) => isUnready(view.object(id)));
  const own = app.revisions.find(({ name }) => name === plan.blocked?.revision)?.objects ?? [];
  const blocked = ids.filter((id) => own.includes(id));
  return blocked.length > 0 ? blocked : ids;
}

function isUnready(live: LiveObject | undefined): boolean {
  return live?.podLabels != null && live.health !== 'Current';
}

/** `Pod/NAME: reason` of the pod of these workloads that says most about why it does not run; empty when none says anything. */
async function podReason(ports: ExplainPorts, workloads: readonly ObjectId[]): Promise<string> {
  for (const id of workloads) {
    const pods = await podsOf(ports, id);
    // A pod that is on its way out says little of what is to come.
    const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    for (const reasonOf of [podTrouble, unscheduled, unwell]) {
      const all = staying.length > 0 ? staying : pods;
      const found = all.map((pod) => ({ pod, reason: reasonOf(pod) })).find(({ reason }) => reason !== null);
      if (found === undefined) continue;
      const behind = queueText(ports.view.object(id), found.pod, staying.length);
      return `Pod/${found.pod.metadata.name}: ${found.reason}${behind}`;
    }
  }
  return '';
}

/**
 * What waits behind a pod of a StatefulSet that works in order: the pods after it, and its own replacement, for which the controller
 * waits until it is ready - one with a broken template never is, so that a mended template does not reach it by itself.
 */
function queueText(workload: LiveObject | undefined, pod: KubeObject, count: number): string {
  const { ordered, replicas } = workload ?? {};
  if (ordered === undefined || pod.metadata.deletionTimestamp !== undefined) return '';
  const { name, namespace = 'default', labels = {} } = pod.metadata;
  const hash = labels['controller-revision-hash'];
  if (hash !== undefined && ordered.revision !== null && hash !== ordered.revision) {
    const why = 'it has an older template, and the StatefulSet does not replace it before it is ready';
    return `; ${why}: kubectl -n ${namespace} delete pod ${name}`;
  }
  return count < (replicas?.spec ?? 0) ? '; the pods after it wait for it (OrderedReady)' : '';
}

function unwell(pod: KubeObject): string | null {
  const { health, message } = assess(pod);
  return health === 'Current' ? null : message;
}

async function podsOf({ view, kube, signal }: ExplainPorts, id: ObjectId): Promise<readonly KubeObject[]> {
  const resource = await kube.resource({ group: '', kind: 'Pod' }, signal);
  const { items } = await kube.list(resource, {
    namespace: parseObjectId(id).namespace,
    labelSelector: podSelector(id, view.object(id)?.podLabels ?? {}),
    metadataOnly: false,
    signal,
  });
  return items;
}

/** The labels that name the pods of a workload: those of component and revision, where they have them, else all. */
function podSelector(id: ObjectId, labels: Readonly<Record<string, string>>): string {
  // The server labels the pods of a Job by its name.
  const own = groupKindOf(id) === 'batch/Job' ? [] : [label.component, label.revision].filter((name) => name in labels);
  const names = own.length > 0 ? own : Object.keys(labels);
  return names.map((name) => `${name}=${labels[name] ?? ''}`).join(',');
}
