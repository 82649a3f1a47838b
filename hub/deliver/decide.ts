import { SluiceError } from '../../shared/errors.ts';
import {
  deliveryName,
  type AppDelivery,
  type Delivery,
  type DeliveryDecision,
  type StepRecord,
  type WaveRecord,
} from '../model/delivery.ts';
import type { StepProgress, WaveProgress } from './progress.ts';
import { hasBrought } from './skipped.ts';
import { endPhases } from './step-records.ts';

/** A decision with the name of what it is about. */
export interface Decision extends DeliveryDecision {
  /** `web#17`. */
  readonly name: string;
}

/** What is known of a delivery when a decision is made, from its newest reports. */
export interface Known {
  /** What waits for a decision now: `STEP`, `STEP/WAVE`. */
  readonly asks: readonly string[];
  /** All steps, those of groups, too. */
  readonly steps: readonly KnownStep[];
  /** Units that have failed. */
  readonly failed: readonly string[];
  /** Units whose agents go through steps. */
  readonly inSteps: readonly string[];
}

/** A step, as far as it tells whether it can be skipped. */
export interface KnownStep extends Pick<StepProgress, 'name' | 'phase' | 'moves' | 'asks' | 'wavesToApprove'> {
  /** Those of a group. */
  readonly steps: readonly KnownStep[];
  readonly waves: readonly Pick<WaveProgress, 'name' | 'phase'>[];
}

/**
 * The deliveries of an application after a decision. Throws
 * CONFLICT where the decision is about another delivery, or about nothing that it could change. Pure.
 */
export function decide(record: AppDelivery, { name, ...given }: Decision, known: Known): AppDelivery {
  const is = deliveryName(record);
  if (name !== is) {
    const hint = `see \`sluice-hub rollout show ${is}\`, and decide again`;
    throw new SluiceError('CONFLICT', `the newest delivery is ${is}`, { subject: name, hint });
  }
  return { ...record, ...verdicts[given.verdict](record, given, known) };
}

type Verdict = (
  record: AppDelivery,
  decision: DeliveryDecision,
  known: Known,
) => Pick<AppDelivery, 'last'> & Partial<AppDelivery>;

const verdicts: Readonly<Record<DeliveryDecision['verdict'], Verdict>> = {
  approve: onWhatWaits,
  refuse: onWhatWaits,
  pause: (record, decision) => ({ last: noted(running(record), decision) }),
  resume: (record, decision, known) => {
    // A workflow that suspends is resumed by the same word.
    return pauseOf(running(record)) !== null
      ? { last: noted(record.last, decision) }
      : onWhatWaits(record, { ...decision, verdict: 'approve' }, known);
  },
  promote: (record, decision, { inSteps }) => {
    const { cluster } = decision;
    const last = running(record);
    if (inSteps.some((unit) => isOn(cluster, unit))) return { last: noted(last, decision) };
    throw new SluiceError('CONFLICT', `no steps are under way ${cluster === undefined ? 'now' : `on ${cluster}`}`, {
      subject: deliveryName(record),
      hint: `see \`sluice-hub rollout show ${deliveryName(record)}\``,
    });
  },
  skip: (record, decision, { steps }) => {
    const { on } = decision;
    const last = running(record);
    const obstacle =
      on === undefined
        ? null
        : keepsStep(
            last,
            steps.find(({ name }) => name === on),
          );
    if (obstacle === null) return { last: noted(last, decision) };
    throw new SluiceError('CONFLICT', obstacle, {
      subject: `${deliveryName(record)}/${on ?? ''}`,
      hint: `see \`sluice-hub rollout show ${deliveryName(record)}\``,
    });
  },
  retry: (record, decision, { failed }) => {
    if (record.last.phase !== 'reverted') return { last: retried(record, decision, failed) };
    const subject = deliveryName(record);
    const hint = 'push its content again: that is the next delivery';
    throw new SluiceError('CONFLICT', 'the documents are back at what ran before it', { subject, hint });
  },
  abort: (record, decision) => ({ last: ended(running(record), decision, 'aborted') }),
  rollback: (record, decision) => rolledBack(record, decision),
};

/** Why a step cannot be skipped; null = it can. */
function keepsStep(last: Delivery, step: KnownStep | undefined): string | null {
  if (step === undefined) return 'it has no step of this name';
  if (endPhases.has(step.phase)) return `the step has ended: ${step.phase}`;
  // With a group its steps are skipped that have not ended.
  const all = openSteps(step);
  if (all.some(({ moves }) => moves)) return 'the step moves pods and traffic: promote or abort the delivery';
  return all.some(({ name }) => hasBrought(last, name))
    ? 'the step has brought its content to clusters: skip those, or abort the delivery'
    : null;
}

function openSteps(step: KnownStep): readonly KnownStep[] {
  return endPhases.has(step.phase) ? [] : [step, ...step.steps.flatMap(openSteps)];
}

const pauses: ReadonlySet<DeliveryDecision['verdict']> = new Set(['pause', 'resume']);

/** The decision that paused a delivery; null = none did, or another one resumed it since. */
export function pauseOf({ decisions }: Pick<Delivery, 'decisions'>): DeliveryDecision | null {
  const last = decisions.findLast(({ verdict }) => pauses.has(verdict));
  return last?.verdict === 'pause' ? last : null;
}

function noted(last: Delivery, decision: DeliveryDecision): Delivery {
  return { ...last, decisions: [...last.decisions, decision] };
}

function running(record: AppDelivery): Delivery {
  const { last } = record;
  if (last.phase === 'running') return last;
  throw new SluiceError('CONFLICT', `it does not run: it is ${last.phase}`, {
    subject: deliveryName(record),
    hint: 'retry starts it again; a push of other content starts the next one',
  });
}

function onWhatWaits(
  record: AppDelivery,
  decision: DeliveryDecision,
  known: Pick<Known, 'asks' | 'steps'>,
): Pick<AppDelivery, 'last'> {
  const last = running(record);
  const on = meantBy(decision, known);
  if (on.length > 0) return { last: on.reduce((next, one) => noted(next, { ...decision, on: one }), last) };
  const message =
    decision.on === undefined ? 'nothing of it waits for a decision now' : `${decision.on} waits for none`;
  throw new SluiceError('CONFLICT', message, {
    subject: deliveryName(record),
    hint: `see \`sluice-hub rollout show ${deliveryName(record)}\`; a step or wave is named by ${deliveryName(record)}/STEP[/WAVE]`,
  });
}

function ended(last: Delivery, decision: DeliveryDecision, phase: 'aborted' | 'rolled-back'): Delivery {
  const reason = `by ${decision.by}${decision.reason === '' ? '' : `: ${decision.reason}`}`;
  const closing = last.phase === 'running' ? { isClosing: true } : {};
  return { ...noted(last, decision), phase, reason, endedAt: decision.at, ...closing };
}

/** Begins again: all of it where it has ended, else what failed or went back; or one cluster. What was approved stays so, what was refused is asked again. */
function retried({ last }: AppDelivery, decision: DeliveryDecision, failed: readonly string[]): Delivery {
  const { cluster } = decision;
  const isWhole = cluster === undefined && last.phase !== 'running' && last.phase !== 'succeeded';
  const again = new Set([...Object.keys(last.back), ...failed].filter((unit) => isOn(cluster, unit)));
  const { number, content, document, startedAt, base, decisions } = last;
  return {
    number,
    content,
    ...(document !== undefined && { document }),
    startedAt,
    base,
    // Above every attempt of its clusters, or they would take it for one of those.
    attempt: Math.max(last.attempt, ...last.admitted.map(({ attempt = 1 }) => attempt)) + 1,
    phase: 'running',
    decisions: [...decisions, decision],
    steps: isWhole ? {} : withoutFailures(last.steps),
    waves: isWhole ? {} : withoutRefusals(last.waves),
    back: Object.fromEntries(Object.entries(last.back).filter(([unit]) => !again.has(unit))),
    admitted: isWhole ? [] : without(last.admitted, again),
  };
}

/** True for a unit of a cluster; of every one where no cluster is named. */
function isOn(cluster: string | undefined, unit: string): boolean {
  return cluster === undefined || unit === cluster || unit.startsWith(`${cluster}@`);
}

/** What an analysis refused is asked anew. */
function withoutRefusals(waves: Delivery['waves']): Delivery['waves'] {
  if (!Object.values(waves).some(({ refused }) => refused !== undefined)) return waves;
  const asked = (wave: WaveRecord) => Object.entries(wave).filter(([name]) => name !== 'refused');
  return Object.fromEntries(
    Object.entries(waves).map(([key, wave]) => [key, Object.fromEntries(asked(wave))]),
  ) as Delivery['waves'];
}

function withoutFailures(steps: Delivery['steps']): Delivery['steps'] {
  const isKept = ({ phase, isAfterFailure = false }: StepRecord) =>
    phase !== 'failed' && phase !== 'skipped' && !isAfterFailure;
  return Object.fromEntries(Object.entries(steps).filter(([, record]) => isKept(record)));
}

function without(admitted: Delivery['admitted'], units: ReadonlySet<string>): Delivery['admitted'] {
  const left = admitted.map((one) => ({ ...one, units: one.units.filter((unit) => !units.has(unit)) }));
  return left.filter((one) => one.units.length > 0);
}

/** What a decision is about: of a step, its waves that wait, too. An approval may come before what it lets go on. */
function meantBy({ on, verdict }: DeliveryDecision, { asks, steps }: Pick<Known, 'asks' | 'steps'>): readonly string[] {
  if (on === undefined) return asks;
  const waiting = asks.filter((one) => one === on || one.startsWith(`${on}/`));
  return waiting.length === 0 && verdict === 'approve' && isToCome(on, steps) ? [on] : waiting;
}

/**
 * True for what an approval lets go on later: a step that may ask, or a wave with an approval of its own that has not passed, also of
 * a step that has not begun. Any other wave takes one only while it asks: it would pass without a cluster that is done.
 */
function isToCome(on: string, steps: readonly KnownStep[]): boolean {
  return steps.flatMap(openSteps).some(({ name, asks, waves, wavesToApprove }) => {
    const over = new Set(waves.flatMap((wave) => (wave.phase === 'passed' ? [wave.name] : [])));
    return (asks && name === on) || wavesToApprove.some((wave) => !over.has(wave) && `${name}/${wave}` === on);
  });
}

/** A delivery that runs, or of which a step failed, goes back to what was stable; one that ended well, to what was before it. */
function rolledBack(record: AppDelivery, decision: DeliveryDecision): Pick<AppDelivery, 'last'> & Partial<AppDelivery> {
  const { last, previous } = record;
  if (last.phase !== 'succeeded') {
    return { last: ended(last.phase === 'failed' ? last : running(record), decision, 'rolled-back') };
  }
  if (previous !== null) return { last: ended(last, decision, 'rolled-back'), stable: previous, previous: null };
  throw new SluiceError('CONFLICT', 'there is nothing to go back to: no delivery before it ended well', {
    subject: deliveryName(record),
    hint: 'push the content that is to run, as by `git revert`',
  });
}
