import type { KubeObject } from '../../shared/model/object.ts';
import { groupOf } from '../../shared/model/object.ts';
import { get, numberAt, stringAt } from '../model/fields.ts';

/**
 * What is left for people to do, or on purpose not done, on an object that is as it should be: it is healthy, and status says this of
 * it. Null when there is nothing to say.
 */
export function remarkOn(object: KubeObject): string | null {
  return remarks[`${groupOf(object.apiVersion)}/${object.kind}`]?.(object) ?? null;
}

const remarks: Readonly<Record<string, (object: KubeObject) => string | null>> = {
  'apps/Deployment': (object) => (get(object, 'spec', 'paused') === true ? 'paused (spec.paused)' : null),
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': (object) => {
    const at = (name: string) => numberAt(object, 'status', name) ?? 0;
    return isOnDelete(object) ? onDelete(at('desiredNumberScheduled') - at('updatedNumberScheduled')) : null;
  },
  'batch/Job': (object) => (get(object, 'spec', 'suspend') === true ? 'suspended (spec.suspend)' : null),
  'batch/CronJob': (object) => (get(object, 'spec', 'suspend') === true ? 'suspended (spec.suspend)' : null),
};

function statefulSet(object: KubeObject): string | null {
  const old = (numberAt(object, 'spec', 'replicas') ?? 1) - (numberAt(object, 'status', 'updatedReplicas') ?? 0);
  if (isOnDelete(object)) return onDelete(old);
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const isOld = stringAt(object, 'status', 'currentRevision') !== stringAt(object, 'status', 'updateRevision');
  return partition > 0 && isOld && old > 0 ? `${podsText(old)} the old template (partition ${partition})` : null;
}

function isOnDelete(object: KubeObject): boolean {
  return stringAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
}

function onDelete(old: number): string | null {
  return old > 0
    ? `${podsText(old)} the old template until ${old === 1 ? 'it is' : 'they are'} deleted (OnDelete)`
    : null;
}

function podsText(count: number): string {
  return count === 1 ? '1 pod runs' : `${count} pods run`;
}
