import { z } from 'zod';

/** The numbers of a rollout, as a policy or an ApplicationDeployment writes them (delivery.md, "Waves"). */
const name = z.string().min(1);
const count = z.number().int().min(0);
const percent = z.number().int().min(1).max(100);
const duration = z.string().regex(/^(?:\d+[hms])+$/, 'it is not a duration like 90s, 15m or 1h30m');
const share = z.union([count, z.string().regex(/^\d{1,3}%$/, 'it is not a number or a percentage like 10%')]);
const labels = z.record(z.string(), z.string());
const approval = z.enum(['none', 'required']);

export const waveClusters = z.strictObject({
  percent: percent.optional(),
  count: z.number().int().min(1).optional(),
  labels: labels.optional(),
  names: z.array(name).min(1).optional(),
});

export const window = z.strictObject({ cron: name, duration, timezone: name.optional() });

/** What an analysis looks at: the answer of a query must fulfil a condition, at each interval for some time. */
export const analysisCheck = z.strictObject({
  name: name.optional(),
  prometheus: z.strictObject({
    address: name,
    query: name,
    /** `>=0.99`; absent = the query says yes or no itself, by a comparison with `bool`. */
    condition: name.optional(),
    /** How many answers may be bad. */
    failureLimit: count.optional(),
  }),
  interval: duration.optional(),
  duration: duration.optional(),
});
export type AnalysisCheckDocument = z.infer<typeof analysisCheck>;

/** The same by a Job: a component that is one, or the name of a Job of the application. It must come to a good end. */
const jobCheck = z.strictObject({ name: name.optional(), job: name, timeout: duration.optional() });
/** What an analysis inside a cluster looks at. */
const stepCheck = z.union([analysisCheck, jobCheck]);
export type StepCheckDocument = z.infer<typeof stepCheck>;

const wave = z.strictObject({
  name: name.optional(),
  clusters: waveClusters.optional(),
  approval: approval.optional(),
  soak: duration.optional(),
  maxConcurrent: share.optional(),
  maxFailed: share.optional(),
  maxAbsent: share.optional(),
  window: window.optional(),
  /** Asked by the hub once its clusters are done, before the next one begins. */
  analysis: z.array(analysisCheck).max(10).optional(),
  allowEmpty: z.boolean().optional(),
});

/** They take effect at the next pass, and never restart a delivery. */
export const rolloutNumbers = z.strictObject({
  waves: z.array(wave).optional(),
  maxConcurrent: share.optional(),
  maxFailed: share.optional(),
  maxAbsent: share.optional(),
  soak: duration.optional(),
  approval: approval.optional(),
  progressDeadline: duration.optional(),
  onFailure: z.enum(['halt', 'rollback']).optional(),
  onNewRevision: z.enum(['supersede', 'finish']).optional(),
  window: window.optional(),
  analysis: z.array(analysisCheck).max(10).optional(),
  spread: z.strictObject({ label: name, max: z.number().int().min(1).optional() }).optional(),
});
export type RolloutNumbers = z.infer<typeof rolloutNumbers>;

const scaleStep = z.strictObject({
  replicas: z.union([z.number().int().min(0), z.string().min(1)]),
  weight: z.number().int().min(0).max(100).optional(),
});
const pauseStep = z.strictObject({ pause: z.union([z.string().min(1), z.strictObject({})]) });
const analysisStep = z.strictObject({ analysis: z.array(stepCheck).min(1).max(10) });

const rolloutStep = z.union([scaleStep, pauseStep, analysisStep]);
export type RolloutStep = z.infer<typeof rolloutStep>;

/** The same with the steps inside each cluster. */
export const rolloutSettings = rolloutNumbers.extend({
  steps: z.array(rolloutStep).max(100).optional(),
  /** For how long the copy before stays after the last step. */
  keepOld: z.string().optional(),
});
export type RolloutSettings = z.infer<typeof rolloutSettings>;

/** The wave of the clusters that no other wave has. */
export const lastWave = 'rest';

/** The name of a wave at a place of its list. */
export function waveName({ name: written }: Pick<z.infer<typeof wave>, 'name'>, index: number): string {
  return written ?? `wave-${index + 1}`;
}

/** The names of the waves of a rollout that begin once a person approves, in their order. */
export function wavesToApprove(rollout: Pick<RolloutNumbers, 'waves' | 'approval'> | null): readonly string[] {
  const { waves = [], approval: ofAll } = rollout ?? {};
  const named = waves.map((wave, index) => ({ name: waveName(wave, index), approval: wave.approval ?? ofAll }));
  const all = [...named, { name: lastWave, approval: ofAll }];
  return all.filter(({ approval }) => approval === 'required').map(({ name }) => name);
}
