import { byCodeUnit } from '../../shared/lib/order.ts';
import { groupKind, groupKindOf, type GroupKind, type ObjectId } from '../../shared/model/object.ts';
import type { AppOutcome } from '../model/outcome.ts';

/** What may be removed in this pass. */
export interface DeletionPlan {
  readonly scaleToZero: readonly ObjectId[];
  /** Objects to delete by stage, last stage of the apply first. */
  readonly remove: readonly (readonly ObjectId[])[];
}

/** Of what may be deleted, the webhooks: they stand before every write of others, and may refuse the agent's own. */
export function planAdmission(removable: ReadonlySet<ObjectId>): DeletionPlan {
  const webhooks = [...removable].filter((id) => admission.has(groupKindOf(id)));
  return { scaleToZero: [], remove: webhooks.length === 0 ? [] : [webhooks.sort(byCodeUnit)] };
}

const admission: ReadonlySet<GroupKind> = new Set(
  [
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'ValidatingAdmissionPolicyBinding',
    'MutatingAdmissionPolicyBinding',
    'ValidatingAdmissionPolicy',
    'MutatingAdmissionPolicy',
  ].map((kind) => groupKind('admissionregistration.k8s.io', kind)),
);

/** Collects what the plans of all applications allow to be removed now, in the order of deletion. */
export function planDeletions(apps: readonly AppOutcome[], stageOf: (id: ObjectId) => number): DeletionPlan {
  const stages = new Map<number, ObjectId[]>();
  for (const id of apps.flatMap(({ plan }) => plan?.remove ?? [])) {
    const stage = stageOf(id);
    stages.set(stage, [...(stages.get(stage) ?? []), id]);
  }
  return {
    scaleToZero: apps.flatMap(({ plan }) => plan?.scaleToZero ?? []),
    remove: [...stages].sort(([a], [b]) => b - a).map(([, ids]) => ids.sort(byCodeUnit)),
  };
}
