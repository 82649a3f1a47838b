import { z } from 'zod';
import { deliveryVerdicts } from '../model/delivery.ts';
import { person, reason } from './person.ts';

const counts = {
  total: z.number(),
  done: z.number(),
  inFlight: z.number(),
  waiting: z.number(),
  failed: z.number(),
  absent: z.number(),
  held: z.number(),
} as const;

const waits = {
  waits: z.string().describe('What it waits for; empty = nothing but its clusters.'),
  todo: z.string().nullable().describe('The command that goes on; null = none is needed.'),
} as const;

const rolloutWave = z.object({ name: z.string(), phase: z.string(), asks: z.boolean(), ...waits, ...counts });

const rolloutStep = z.object({
  name: z.string(),
  type: z.string(),
  phase: z.string(),
  message: z.string(),
  waves: z.array(rolloutWave),
});

const unitLines = z.array(z.object({ unit: z.string().describe('`CLUSTER[@NAMESPACE]`'), reason: z.string() }));

/** Where the delivery of an application stands: only added to, never changed. */
export const rollout = z
  .object({
    app: z.string(),
    name: z.string().describe('`[NAMESPACE/]NAME#NUMBER`, as decisions name it.'),
    content: z.string().describe('The revision that it brings.'),
    stable: z.string().nullable().describe('The revision of the last one that ended well.'),
    next: z.string().nullable().describe('The content that waits until it has ended; null = none does.'),
    phase: z.string(),
    attempt: z.number(),
    startedAt: z.string(),
    endedAt: z.string().nullable(),
    reason: z.string(),
    steps: z.array(rolloutStep.extend({ steps: z.array(rolloutStep) })),
    asks: z.array(z.string()).describe('What waits for a decision now: `STEP` or `STEP/WAVE`.'),
    failed: unitLines,
    absent: unitLines,
    held: unitLines,
    inSteps: unitLines.describe('Whose agents go through steps, and where they are.'),
    back: unitLines.describe('What was given it and has its former content again.'),
    counts: z.object(counts),
    ...waits,
  })
  .meta({ id: 'Rollout' });
export type Rollout = z.infer<typeof rollout>;

export const rolloutList = z
  .object({
    version: z.string().optional().describe('What `known` waits for another one of.'),
    rollouts: z.array(rollout),
  })
  .meta({ id: 'RolloutList' });

export const decisionBody = z
  .strictObject({
    name: z.string().min(3).describe('The delivery: `[NAMESPACE/]NAME#NUMBER`.'),
    verdict: z.enum(deliveryVerdicts),
    on: z.string().min(1).optional().describe('`STEP` or `STEP/WAVE`; absent = what waits.'),
    cluster: z.string().min(1).optional().describe('The one cluster that it is about.'),
    by: person,
    reason: reason.default(''),
  })
  .meta({ id: 'DecisionBody' });

export const decisionAnswer = z.object({ name: z.string(), phase: z.string() }).meta({ id: 'DecisionAnswer' });
