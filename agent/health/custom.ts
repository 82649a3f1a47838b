import type { KubeObject } from '../../shared/model/object.ts';
import { conditionOf, get, stringAt, type Condition } from '../model/fields.ts';
import { colon, current, failed, inProgress, wordsOf, type Verdict } from './verdict.ts';

/** Conditions that say, when they are True, that something is wrong. */
const mustNotBeTrue = ['Degraded', 'Failed', 'Failure', 'Error', 'InvalidSpec'];
/** Conditions that say, when they are False, that something is missing; they need not be there. */
const mustNotBeFalse = ['Available', 'Healthy', 'Synced', 'Accepted', 'Programmed', 'ResolvedRefs'];
/** Words of `status.phase` and `status.state` after which nothing comes by itself. */
const failedWord = /^(?:failed|failure|error|errored|degraded|invalid|unhealthy|crashed)$/i;

/**
 * The health of an object whose kind has no rule of its own: by the conditions of kstatus, and by those that operators use. The worst
 * counts, in whatever order they stand; one that speaks of an older content says only that its controller has not looked yet.
 */
export function customResource(object: KubeObject): Verdict {
  return brokenVerdict(object) ?? pendingVerdict(object) ?? current();
}

function brokenVerdict(object: KubeObject): Verdict | null {
  const stalled = firstWith(object, ['Stalled'], 'True');
  if (stalled !== null) return failed(wordsOf(stalled));
  const wrong = firstWith(object, mustNotBeTrue, 'True');
  if (wrong !== null) return failed(`${wrong.type}: ${wordsOf(wrong)}`);
  const field = ['phase', 'state'].find((name) => failedWord.test(stringAt(object, 'status', name) ?? ''));
  if (field === undefined) return null;
  const message = stringAt(object, 'status', 'message') ?? stringAt(object, 'status', 'reason');
  return failed(`${field} ${stringAt(object, 'status', field) ?? ''}${colon(message)}`);
}

function pendingVerdict(object: KubeObject): Verdict | null {
  const reconciling = firstWith(object, ['Reconciling'], 'True');
  if (reconciling !== null) return inProgress(wordsOf(reconciling));
  if (isBehind(object)) return inProgress('waiting for its controller');
  const ready = conditionOf(object, 'Ready');
  if (ready !== null && ready.status !== 'True') return inProgress(ready.message || ready.reason || 'not ready');
  const missing = firstWith(object, mustNotBeFalse, 'False');
  if (missing !== null) return inProgress(`not ${missing.type}: ${wordsOf(missing)}`);
  return ready === null && get(object, 'status', 'ready') === false ? inProgress('not ready') : null;
}

/** True when a condition that counts speaks of an older content than the object has. */
function isBehind(object: KubeObject): boolean {
  const counting = [...mustNotBeTrue, ...mustNotBeFalse, 'Ready', 'Stalled'];
  return counting.some((type) => isOlder(object, conditionOf(object, type)));
}

/** True for a condition that speaks of an older content than the object has. */
export function isOlder(object: KubeObject, condition: Condition | null | undefined): boolean {
  return (condition?.observedGeneration ?? Infinity) < (object.metadata.generation ?? 0);
}

function firstWith(object: KubeObject, types: readonly string[], status: string): Condition | null {
  const found = types.map((type) => conditionOf(object, type));
  return found.find((one) => one?.status === status && !isOlder(object, one)) ?? null;
}
