import { groupKind, groupOf, type GroupKind, type KubeObject } from '../../shared/model/object.ts';
import { autoscaler, configMap, disruptionBudget, roleBinding, secret } from './data.ts';
import { nameOfKind } from './names.ts';
import { ingress, service } from './network.ts';
import { at, objectNode, type Check, type Refusal } from './node.ts';
import { annotations, labels } from './pods.ts';
import { cronJob, daemonSet, deployment, job, pod, statefulSet, volumeClaim } from './workloads.ts';

/** What is looked at of each kind, beside its name, labels and annotations. */
export const checks: Readonly<Record<GroupKind, Check>> = {
  '/ConfigMap': configMap,
  '/PersistentVolumeClaim': volumeClaim,
  '/Pod': pod,
  '/Secret': secret,
  '/Service': service,
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': deployment,
  'apps/StatefulSet': statefulSet,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'batch/CronJob': cronJob,
  'batch/Job': job,
  'networking.k8s.io/Ingress': ingress,
  'policy/PodDisruptionBudget': disruptionBudget,
  'rbac.authorization.k8s.io/ClusterRoleBinding': roleBinding,
  'rbac.authorization.k8s.io/RoleBinding': roleBinding,
};

/**
 * What API servers of every supported version refuse of an object, for certain: what a server may take is not in here. The
 * table is complete for no kind; what it does not know, the server says.
 */
export function preflight(object: KubeObject): readonly Refusal[] {
  const node = objectNode(object);
  const metadata = at(node, 'metadata');
  const kind = groupKind(groupOf(object.apiVersion), object.kind);
  nameOfKind(kind, at(metadata, 'name'));
  labels(at(metadata, 'labels'));
  annotations(at(metadata, 'annotations'));
  checks[kind]?.(node);
  return node.found;
}
