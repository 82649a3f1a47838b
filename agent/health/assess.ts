import { groupOf, type KubeObject } from '../../shared/model/object.ts';
import { conditionOf, conditionsOf, get, listAt, numberAt, stringAt, type Fields } from '../model/fields.ts';
import { customResource, isOlder } from './custom.ts';
import { notReady, podTrouble, unscheduled } from './pods.ts';
import { remarkOn } from './remarks.ts';
import { current, failed, inProgress, wordsOf, type Verdict } from './verdict.ts';

/**
 * The health of one object from its own fields, by the rules of kstatus (sigs.k8s.io/cli-utils/pkg/kstatus): a table by
 * kind, and for the rest observedGeneration and the usual conditions.
 */
export function assess(object: KubeObject): Verdict {
  if (object.metadata.deletionTimestamp !== undefined) {
    return { health: 'Terminating', message: `being deleted${finalizers(object)}` };
  }
  const observed = numberAt(object, 'status', 'observedGeneration');
  if (observed !== null && observed < (object.metadata.generation ?? 0)) {
    return inProgress('waiting for its controller');
  }
  return (rules[`${groupOf(object.apiVersion)}/${object.kind}`] ?? customResource)(object);
}

const rules: Readonly<Record<string, (object: KubeObject) => Verdict>> = {
  'apps/Deployment': deployment,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'apps/ReplicaSet': replicaSet,
  'batch/Job': job,
  '/Pod': pod,
  '/PersistentVolumeClaim': (object) => byPhase(object, 'Bound'),
  '/PersistentVolume': (object) => (stringAt(object, 'status', 'phase') === 'Failed' ? failed('Failed') : current()),
  '/Namespace': (object) => byPhase(object, 'Active'),
  '/Service': service,
  'networking.k8s.io/Ingress': () => current(),
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
  'gateway.networking.k8s.io/HTTPRoute': route,
};

function deployment(object: KubeObject): Verdict {
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    return failed(progressing.message || 'its progress deadline was exceeded');
  }
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True' && count(object, 'readyReplicas') === 0) return failed(failure.message);
  if (numberAt(object, 'status', 'observedGeneration') === null) return inProgress('waiting for its controller');
  return rolloutVerdict(object);
}

function rolloutVerdict(object: KubeObject): Verdict {
  const wanted = wantedReplicas(object);
  const isPaused = get(object, 'spec', 'paused') === true;
  const paused = isPaused ? ': it is paused (spec.paused)' : '';
  const updated = count(object, 'updatedReplicas');
  if (updated < wanted) return inProgress(`${updated} of ${wanted} updated${paused || because(object, 'Available')}`);
  const stepsToGo: [number, string][] = [
    [count(object, 'readyReplicas'), 'ready'],
    [count(object, 'availableReplicas'), 'available'],
  ];
  const short = stepsToGo.find(([have]) => have < wanted);
  if (short !== undefined) return inProgress(`${short[0]} of ${wanted} ${short[1]}${because(object, 'Available')}`);
  const old = count(object, 'replicas') - updated;
  if (old > 0) return inProgress(`${old} old replicas still there${paused}`);
  return current(`${wanted} of ${wanted} ready${isPaused ? ', paused (spec.paused)' : ''}`);
}

function statefulSet(object: KubeObject): Verdict {
  if (numberAt(object, 'status', 'observedGeneration') === null) return inProgress('waiting for its controller');
  const wanted = wantedReplicas(object);
  const ready = count(object, 'readyReplicas');
  if (ready < wanted) return inProgress(`${ready} of ${wanted} ready`);
  const short = notAvailable(object, count(object, 'availableReplicas'), wanted);
  if (short !== null) return short;
  const onDelete = stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  if (onDelete) return current(remarkOn(object) ?? `${wanted} of ${wanted} ready`);
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const updated = count(object, 'updatedReplicas');
  if (updated < wanted - partition) return inProgress(`${updated} of ${wanted - partition} updated`);
  const [from, to] = [stringAt(object, 'status', 'currentRevision'), stringAt(object, 'status', 'updateRevision')];
  if (partition === 0 && from !== to) return inProgress('waiting for the update to finish');
  return current(remarkOn(object) ?? `${wanted} of ${wanted} ready`);
}

function daemonSet(object: KubeObject): Verdict {
  if (numberAt(object, 'status', 'observedGeneration') === null) return inProgress('waiting for its controller');
  const wanted = count(object, 'desiredNumberScheduled');
  const updated = count(object, 'updatedNumberScheduled');
  const ready = count(object, 'numberReady');
  const onDelete = stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  if (!onDelete && updated < wanted) return inProgress(`${updated} of ${wanted} updated`);
  if (ready < wanted) return inProgress(`${ready} of ${wanted} ready`);
  const short = notAvailable(object, count(object, 'numberAvailable'), wanted);
  return short ?? current(remarkOn(object) ?? `${wanted} of ${wanted} ready`);
}

/** Pods that are ready and not for as long as minReadySeconds asks; null where it asks for nothing, or all are. */
function notAvailable(object: KubeObject, available: number, wanted: number): Verdict | null {
  const seconds = numberAt(object, 'spec', 'minReadySeconds') ?? 0;
  if (seconds === 0 || available >= wanted) return null;
  return inProgress(`${available} of ${wanted} ready for ${seconds} s (minReadySeconds)`);
}

function replicaSet(object: KubeObject): Verdict {
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return inProgress(failure.message);
  const wanted = wantedReplicas(object);
  const ready = count(object, 'readyReplicas');
  return ready < wanted ? inProgress(`${ready} of ${wanted} ready`) : current(`${wanted} of ${wanted} ready`);
}

function job(object: KubeObject): Verdict {
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True') return failed(failure.message || 'the job failed');
  if (conditionOf(object, 'Complete')?.status === 'True') return current('completed');
  if (conditionOf(object, 'Suspended')?.status === 'True') return current('suspended');
  if (stringAt(object, 'status', 'startTime') === null) return inProgress('not started yet');
  const active = count(object, 'active');
  // A job counts ready pods since Kubernetes 1.24; one whose pods wait for their image has none.
  const isWaiting = active > 0 && numberAt(object, 'status', 'ready') === 0;
  return isWaiting ? inProgress(`0 of ${active} pods run`) : current('running');
}

function pod(object: KubeObject): Verdict {
  const phase = stringAt(object, 'status', 'phase');
  if (phase === 'Succeeded') return current('completed');
  if (phase === 'Failed') return failed(stringAt(object, 'status', 'message') ?? 'the pod failed');
  const waiting = podTrouble(object);
  if (waiting !== null) return inProgress(waiting);
  if (conditionOf(object, 'Ready')?.status === 'True') return current('ready');
  return inProgress(unscheduled(object) ?? (phase === 'Running' ? notReady(object) : 'pending'));
}

function service(object: KubeObject): Verdict {
  if (stringAt(object, 'spec', 'type') !== 'LoadBalancer') return current();
  return listAt(object, 'status', 'loadBalancer', 'ingress').length === 0
    ? inProgress('waiting for a load balancer')
    : current();
}

function definition(object: KubeObject): Verdict {
  const names = conditionOf(object, 'NamesAccepted');
  if (names?.status === 'False') return failed(names.message);
  return conditionOf(object, 'Established')?.status === 'True' ? current('established') : inProgress('not established');
}

function route(object: KubeObject): Verdict {
  const parents = listAt(object, 'status', 'parents');
  // Without a controller no status is ever written: the route counts as current.
  for (const parent of parents) {
    for (const type of ['Accepted', 'ResolvedRefs']) {
      const condition = conditionsOf(listAt(parent, 'conditions')).find((one) => one.type === type);
      if (isOlder(object, condition)) return inProgress('waiting for its controller');
      if (condition?.status === 'False') return failed(`${type}: ${condition.message || condition.reason}`);
    }
  }
  return current();
}

function autoscaler(object: KubeObject): Verdict {
  const able = conditionOf(object, 'AbleToScale');
  if (able?.status === 'False') return failed(`cannot scale: ${wordsOf(able)}`);
  const active = conditionOf(object, 'ScalingActive');
  if (active?.status !== 'False') return current();
  // A workload that is scaled to 0 stays there on purpose.
  if (active.reason === 'ScalingDisabled') return current(`does not scale: ${wordsOf(active)}`);
  // Every new autoscaler is without metrics for a minute.
  const isWithoutMetrics = /^FailedGet.*Metric$/.test(active.reason);
  return (isWithoutMetrics ? inProgress : failed)(`cannot scale: ${wordsOf(active)}`);
}

function byPhase(object: KubeObject, wanted: string): Verdict {
  const phase = stringAt(object, 'status', 'phase');
  return phase === wanted ? current(wanted) : inProgress(phase ?? 'no status yet');
}

function wantedReplicas(object: Fields): number {
  return numberAt(object, 'spec', 'replicas') ?? 1;
}

function count(object: Fields, field: string): number {
  return numberAt(object, 'status', field) ?? 0;
}

function because(object: KubeObject, type: string): string {
  const condition = conditionOf(object, type);
  return condition?.status === 'False' && condition.message !== '' ? `: ${condition.message}` : '';
}

function finalizers(object: KubeObject): string {
  const names = object.metadata.finalizers ?? [];
  return names.length === 0 ? '' : `, waiting for ${names.join(', ')}`;
}
