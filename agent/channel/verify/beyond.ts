import type { BundleApp, ObjectPolicy } from '../../../shared/wire/revision.ts';
import type { Objection } from '../../model/rows.ts';

/** What an application may ask for that this version does not do, in words. Doing the rest without it would be another thing. */
const beyond: readonly (readonly [string, (app: BundleApp) => boolean])[] = [
  ['readiness of its own', ({ ready = [] }) => ready.length > 0],
  ['a policy of an object', ({ objects }) => objects.some(({ policies = [] }) => policies.some(isBeyond))],
];

/** What the hub says in annotations of the objects, or by which applications have them, for agents of every age. */
function isBeyond(policy: ObjectPolicy): boolean {
  if (policy.type === 'apply-once') return policy.fields !== undefined;
  return policy.type !== 'read-only' && policy.type !== 'resource-update';
}

/** Why this version of the agent cannot carry out an application as it is meant; null = it can. */
export function beyondThisAgent(app: BundleApp): Objection | null {
  const found = beyond.find(([, isAsked]) => isAsked(app));
  if (found === undefined) return null;
  return { code: 'AGENT_TOO_OLD', message: `it needs ${found[0]}, which this agent does not do: upgrade the agent` };
}
