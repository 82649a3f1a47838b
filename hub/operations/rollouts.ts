import { SluiceError } from '../../shared/errors.ts';
import type { Answer, Input } from '../api/routes.ts';
import { decide, pauseOf, type Known } from '../deliver/decide.ts';
import type { DeliveryProgress, StepProgress, UnitLine } from '../deliver/progress.ts';
import { deliveryName, goingOn, type AppDelivery, type DeliveryDecision } from '../model/delivery.ts';
import { deciderOf } from '../model/token.ts';
import type { HubParts } from './parts.ts';
import { nextVersion } from './status-signal.ts';

type Rollouts = Answer<'rollouts'>['rollouts'];

/** Where deliveries stand; with `known`, once the version of the status is another one. */
export async function rollouts(
  parts: Pick<HubParts, 'progress' | 'changed' | 'clock'>,
  { app, known }: Input<'rollouts'>,
  signal: AbortSignal,
): Promise<Answer<'rollouts'>> {
  const version = await nextVersion(parts, known, signal);
  return { version, ...listRollouts(parts, { app }) };
}

/** Where deliveries stand: that of an application (`[NAMESPACE/]NAME[#NUMBER]`), or all. */
export function listRollouts(
  { progress }: Pick<HubParts, 'progress'>,
  { app }: Pick<Input<'rollouts'>, 'app'>,
): Answer<'rollouts'> {
  const wanted = app?.split('#', 1)[0];
  const isMeant = (key: string) => wanted === undefined || key === keyOf(wanted) || key.endsWith(`/${wanted}`);
  const found = [...progress()]
    .filter(([key]) => isMeant(key))
    .map(([, one]): Rollouts[number] => ({
      ...one,
      steps: one.steps.map((step) => ({ ...stepOf(step), steps: step.steps.map(stepOf) })),
      asks: [...one.asks],
      failed: [...one.failed],
      absent: [...one.absent],
      held: [...one.held],
      inSteps: [...one.inSteps],
      back: [...one.back],
    }));
  return { rollouts: found };
}

function stepOf({ name, type, phase, message, waves }: StepProgress): Omit<Rollouts[number]['steps'][number], 'steps'> {
  return { name, type, phase, message, waves: [...waves] };
}

/**
 * Takes a person's decision on a delivery. Throws CONFLICT where the application has another delivery now, or the decision is about
 * nothing that it could change; UNAVAILABLE where that is not known, because no pass has looked at it since the hub started.
 */
export async function decideRollout(
  { change, clock, progress }: Pick<HubParts, 'change' | 'clock' | 'progress'>,
  { name, verdict, on, cluster, by: given, reason }: Input<'decide'>,
  _: AbortSignal,
  token: string | null,
): Promise<Answer<'decide'>> {
  const app = keyOf(name.split('#', 1)[0] ?? '');
  const at = new Date(clock.now()).toISOString();
  const by = deciderOf(token, given);
  const about: Pick<DeliveryDecision, 'on' | 'cluster'> = {
    ...(on === undefined ? {} : { on }),
    ...(cluster === undefined ? {} : { cluster }),
  };
  return change(`rollout ${verdict} ${name}`, 'approval', ({ deliveries, clusters }) => {
    const record = goingOn(deliveries.get(app)) ?? unknown(name);
    if (cluster !== undefined && !clusters.has(cluster)) unknownCluster(cluster);
    const shown = progress().get(app);
    // What is paused is resumed as it is; else it is a step that suspends.
    const isStep = verdict === 'resume' && pauseOf(record.last) === null;
    const isJudged = on !== undefined || needsProgress.has(verdict) || isStep;
    if (shown === undefined && record.last.phase === 'running' && isJudged) notKnown(name);
    const decision = { name: fullName(name, record), verdict, by, reason, at, ...about };
    const next = decide(record, decision, knownOf(shown));
    const result = { name: deliveryName(next), phase: next.last.phase };
    return { changes: { deliveries: new Map([[app, next]]) }, result };
  });
}

function knownOf(shown: DeliveryProgress | undefined): Known {
  const { asks = [], steps = [], failed, inSteps } = shown ?? {};
  const all = steps.flatMap((step) => [step, ...step.steps]);
  return { asks, steps: all, failed: unitsIn(failed), inSteps: unitsIn(inSteps) };
}

function unitsIn(lines: readonly UnitLine[] = []): readonly string[] {
  return lines.map(({ unit }) => unit);
}

/** The key of an application that is named without its namespace where that is `default`. */
function keyOf(name: string): string {
  return name.includes('/') ? name : `default/${name}`;
}

/** `default/web#17` is `web#17`. */
function fullName(name: string, { app }: AppDelivery): string {
  const number = name.slice(name.indexOf('#'));
  return keyOf(name.split('#', 1)[0] ?? '') === app ? `${app.replace(/^default\//, '')}${number}` : name;
}

/** Decisions about what a pass found: without it they would be refused as typing errors are, or start nothing of what failed. */
const needsProgress: ReadonlySet<DeliveryDecision['verdict']> = new Set(['approve', 'refuse', 'promote', 'retry']);

function notKnown(name: string): never {
  throw new SluiceError('UNAVAILABLE', 'where it stands is not known yet: the hub has just started', {
    subject: name,
    hint: 'decide again in a moment',
  });
}

function unknownCluster(cluster: string): never {
  throw new SluiceError('CONFLICT', 'there is no such cluster', {
    subject: cluster,
    hint: 'see `sluice-hub cluster list`',
  });
}

function unknown(name: string): never {
  throw new SluiceError('CONFLICT', 'there is no such delivery', {
    subject: name,
    hint: 'see `sluice-hub rollout list`; a delivery is named by [NAMESPACE/]NAME#NUMBER',
  });
}
