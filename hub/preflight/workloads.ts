import { scheduleFault } from './cron.ts';
import { name, quantity } from './formats.ts';
import {
  at,
  choice,
  choiceOrEmpty,
  isSet,
  items,
  members,
  numberOf,
  refuse,
  required,
  shown,
  text,
  textOf,
  whole,
  type Check,
  type Node,
} from './node.ts';
import { labels, podSpec, podTemplate } from './pods.ts';
import { isMap } from '../model/json-map.ts';

const always = ['Always'];
const toItsEnd = ['OnFailure', 'Never'];

/** Deployments and ReplicaSets. */
export const deployment: Check = (object) => {
  const spec = at(object, 'spec');
  workload(spec);
  choiceOrEmpty(at(spec, 'strategy', 'type'), 'RollingUpdate', 'Recreate');
  const rolling = at(spec, 'strategy', 'rollingUpdate');
  if (at(spec, 'strategy', 'type').value === 'Recreate' && isSet(rolling))
    refuse(rolling, 'is not allowed with the type Recreate', 'remove one of the two');
  bothZero(rolling);
  whole(at(spec, 'revisionHistoryLimit'));
  whole(at(spec, 'minReadySeconds'));
  const [deadline, ready] = [at(spec, 'progressDeadlineSeconds'), at(spec, 'minReadySeconds')];
  whole(deadline);
  if (typeof deadline.value === 'number' && deadline.value <= (numberOf(ready) ?? 0))
    refuse(deadline, `must be more than minReadySeconds (${numberOf(ready) ?? 0})`);
};

/** StatefulSets: older servers refuse what is wrong with their pods only when those are made, so that none ever is. */
export const statefulSet: Check = (object) => {
  const spec = at(object, 'spec');
  const claims = items(at(spec, 'volumeClaimTemplates')).flatMap(
    (claim) => textOf(at(claim, 'metadata', 'name')) ?? [],
  );
  workload(spec, claims);
  choiceOrEmpty(at(spec, 'updateStrategy', 'type'), 'RollingUpdate', 'OnDelete');
  choiceOrEmpty(at(spec, 'podManagementPolicy'), 'OrderedReady', 'Parallel');
};

/** DaemonSets. */
export const daemonSet: Check = (object) => {
  const spec = at(object, 'spec');
  workload(spec);
  choiceOrEmpty(at(spec, 'updateStrategy', 'type'), 'RollingUpdate', 'OnDelete');
  bothZero(at(spec, 'updateStrategy', 'rollingUpdate'));
};

/** Jobs. */
export const job: Check = (object) => jobSpec(at(object, 'spec'));

/** CronJobs. */
export const cronJob: Check = (object) => {
  const spec = at(object, 'spec');
  const schedule = at(spec, 'schedule');
  required(schedule);
  text(schedule);
  const fault = textOf(schedule) === undefined || schedule.value === '' ? null : scheduleFault(String(schedule.value));
  if (fault !== null) refuse(schedule, `is ${shown(schedule.value)}: it ${fault}`);
  choiceOrEmpty(at(spec, 'concurrencyPolicy'), 'Allow', 'Forbid', 'Replace');
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'])
    whole(at(spec, field));
  jobSpec(at(spec, 'jobTemplate', 'spec'));
};

/** Pods. */
export const pod: Check = (object) => podSpec(at(object, 'spec'), [...always, ...toItsEnd]);

function jobSpec(spec: Node): void {
  for (const field of [
    'parallelism',
    'completions',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'activeDeadlineSeconds',
  ])
    whole(at(spec, field));
  choice(at(spec, 'completionMode'), 'NonIndexed', 'Indexed');
  podTemplate(at(spec, 'template'), toItsEnd);
}

function workload(spec: Node, claims: readonly string[] = []): void {
  whole(at(spec, 'replicas'));
  selector(at(spec, 'selector'), at(spec, 'template', 'metadata', 'labels'));
  podTemplate(at(spec, 'template'), always, claims);
}

function selector(node: Node, pods: Node): void {
  const wanted = members(at(node, 'matchLabels'));
  const expressions = items(at(node, 'matchExpressions'));
  if (wanted.length + expressions.length === 0) {
    const hint = `write it as matchLabels: ${JSON.stringify(meantBy(node, pods))}`;
    refuse(isSet(at(node, 'matchLabels')) ? at(node, 'matchLabels') : node, 'selects nothing', hint);
  }
  labels(at(node, 'matchLabels'));
  for (const [key, value] of wanted) {
    const given = at(pods, key).value;
    if (given === value.value) continue;
    const has = given === undefined ? 'and the pods have no such label' : `and the pods have ${shown(given)}`;
    refuse(value, `is ${shown(value.value)}, ${has}`, 'the selector must match the labels of the template');
  }
  for (const expression of expressions) expressionOf(expression, pods);
}

/** The labels that a selector without matchLabels most likely means: its own members, else those of the pods. */
function meantBy(node: Node, pods: Node): Readonly<Record<string, unknown>> {
  const direct = members(node).filter(([key, { value }]) => !key.startsWith('match') && typeof value === 'string');
  const given = direct.length > 0 ? direct : members(pods).filter(([key]) => !key.includes('/'));
  return given.length === 0 ? { app: 'web' } : Object.fromEntries(given.map(([key, { value }]) => [key, value]));
}

function expressionOf(node: Node, pods: Node): void {
  choice(at(node, 'operator'), 'In', 'NotIn', 'Exists', 'DoesNotExist');
  const key = String(at(node, 'key').value);
  const given = isMap(pods.value) ? pods.value[key] : undefined;
  const values = items(at(node, 'values')).map(({ value }) => value);
  const matches: Readonly<Record<string, boolean>> = {
    In: given !== undefined && values.includes(given),
    NotIn: given === undefined || !values.includes(given),
    Exists: given !== undefined,
    DoesNotExist: given === undefined,
  };
  if (matches[String(at(node, 'operator').value)] === false)
    refuse(node, `does not match the label ${key} of the template`);
}

function bothZero(node: Node): void {
  const zero = (value: unknown): boolean => value === 0 || value === '0%' || value === '0';
  if (zero(at(node, 'maxUnavailable').value) && zero(at(node, 'maxSurge').value))
    refuse(at(node, 'maxUnavailable'), 'must not be 0 where maxSurge is 0');
}

/** Claims for volumes. */
export const volumeClaim: Check = (object) => {
  const spec = at(object, 'spec');
  const modes = items(at(spec, 'accessModes'));
  if (modes.length === 0) refuse(at(spec, 'accessModes'), 'is missing', 'write accessModes: [ReadWriteOnce]');
  for (const mode of modes) choice(mode, 'ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod');
  required(at(spec, 'resources', 'requests', 'storage'));
  quantity(at(spec, 'resources', 'requests', 'storage'));
  name(at(spec, 'storageClassName'), 'subdomain');
};
