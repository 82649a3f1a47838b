import { z } from 'zod';
import type { Component } from '../model/documents.ts';
import { percentOf } from '../model/percent.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { MoveInput, ScaleStep } from './move.ts';
import type { Program, ProgramStep } from './program.ts';

/** A share as documents write it: `50%`. */
export const share = z.string().regex(/^\d{1,3}%$/, 'it is not a percentage like 50%');

/** A share as a number; more than all of it is all of it. */
export function percentIn(text: string): number {
  return percentOf(text) ?? 100;
}

/** Reports a share of more than all of it. */
export function checkShare(text: string | undefined, path: Steps, reporter: Reporter): void {
  if (text === undefined || percentOf(text) !== null) return;
  reporter.error('DOCUMENT_INVALID', path, `${text} is more than all of it`, 'write at most 100%');
}

/** The steps before with another share of the traffic: the pods of each component stay as they are. */
export function withWeight(before: readonly ScaleStep[], weight: number): readonly ScaleStep[] {
  const last = new Map(before.map((step) => [step.components?.join(' ') ?? '', step] as const));
  const steps = [...last.values()].map((step) => ({ ...step, weight }));
  return steps.length > 0 ? steps : [{ type: 'scale', replicas: { percent: weight }, weight }];
}

const rolloutTrait = z.looseObject({
  targetSize: z.number().int().min(0).optional(),
  rolloutBatches: z.array(z.looseObject({ replicas: z.union([z.number().int().min(0), share]) })).optional(),
});

/** The batches that the trait `rollout` of a component makes of its pods. */
export interface Batches {
  readonly size: number;
  /** How many pods of the new copy there are after each batch: the last one has all. */
  readonly upTo: readonly number[];
}

/** Reads the trait `rollout` of a component, with KubeVela's arithmetic: a share is one of all pods, rounded up, and the last batch has the rest. */
export function batchesOf({ traits = [] }: Pick<Component, 'traits'>): Batches | null {
  const trait = traits.find(({ type }) => type === 'rollout');
  const read = rolloutTrait.safeParse(trait?.properties ?? {});
  const { rolloutBatches = [], targetSize } = read.success && trait !== undefined ? read.data : {};
  const counts = rolloutBatches.map(({ replicas }) => replicas);
  if (counts.length === 0) return null;
  const written = counts.reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0);
  const size = targetSize ?? Math.max(1, written);
  let sum = 0;
  const upTo = counts.map((one, index) => {
    sum += typeof one === 'number' ? one : Math.ceil((size * percentIn(one)) / 100);
    return index === counts.length - 1 ? size : Math.min(size, sum);
  });
  return { size, upTo };
}

/** A step of a program with the steps of agents that it is. */
export interface MovingStep {
  readonly step: ProgramStep;
  readonly steps: readonly ScaleStep[];
  /** Why it cannot be done; null = it can. */
  readonly fault: string | null;
}

/** Every step of a program that moves pods and traffic inside clusters, in order, as steps of agents. Pure. */
export function movingSteps(
  { steps }: Pick<Program, 'steps'>,
  input: Pick<MoveInput, 'application' | 'numbers'>,
): readonly MovingStep[] {
  const moving = steps.filter(({ type }) => type.moves !== undefined);
  const batches = 1 + Math.max(-1, ...moving.map(({ use }) => partitionOf(use.properties)));
  const found: MovingStep[] = [];
  for (const step of moving) {
    const before = found.flatMap((one) => one.steps);
    const moves = step.type.moves?.(step.use, { ...input, before, batches: Math.max(1, batches) });
    const fault = moves !== undefined && 'fault' in moves ? moves.fault : null;
    found.push({ step, steps: moves !== undefined && 'steps' in moves ? moves.steps : [], fault });
  }
  return found;
}

function partitionOf(properties: unknown): number {
  const partition = (properties as { readonly batchPartition?: unknown } | null)?.batchPartition;
  return typeof partition === 'number' ? partition : -1;
}
