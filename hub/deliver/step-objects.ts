import { isEqual } from '../../shared/lib/equal.ts';
import type { AppDelivery } from '../model/delivery.ts';
import type { Site } from '../model/fleet.ts';
import type { JsonMap } from '../model/json-map.ts';
import { nameOfBrought } from '../model/reading.ts';
import type { Assignment } from '../model/rendered.ts';
import type { Program, ProgramStep } from '../workflow/program.ts';
import { deliveringSteps } from '../workflow/wanted.ts';
import { targetOf } from './facts.ts';

/**
 * The record with the objects that steps bring: those of steps that gave them to a unit in this delivery are the newest, those of
 * others stay as they were. What no step brings any more goes once a delivery has ended well. Pure.
 */
export function objectsAfter(
  record: AppDelivery,
  { steps }: Pick<Program, 'steps'>,
  brought: ReadonlyMap<string, readonly JsonMap[]>,
): AppDelivery {
  const { objects: former, ...rest } = record;
  const { last } = rest;
  const before = former ?? {};
  if (brought.size === 0 && former === undefined) return record;
  const isGiven = (step: string) =>
    last.phase !== 'running' || last.admitted.some(({ wave }) => wave.startsWith(`${step}/`));
  const names = new Set(deliveringSteps(steps).map(({ name }) => name));
  const isOver = last.phase === 'succeeded';
  const kept = Object.entries(before).filter(([name]) => !isOver || names.has(name));
  const now = [...brought].filter(([name]) => isGiven(name));
  const next = Object.fromEntries([...kept, ...now]);
  if (isEqual(next, before)) return record;
  return Object.keys(next).length === 0 ? rest : { ...rest, objects: next };
}

/** What a step brought before, and what it brings now, the newest last: of one object what it says now. */
export function broughtAfter(before: readonly JsonMap[], now: readonly JsonMap[]): readonly JsonMap[] {
  const names = new Set(now.map(nameOfBrought));
  return [...before.filter((one) => !names.has(nameOfBrought(one))), ...now];
}

/** Adds what steps bring to the assignments of a unit; null where they bring nothing. */
export function stepObjects(
  { steps }: Pick<Program, 'steps'>,
  record: AppDelivery | undefined,
):
  | ((
      assignments: readonly Assignment[],
      place: { readonly targets: readonly Site[]; readonly localCluster: string | null },
    ) => readonly Assignment[])
  | null {
  const { objects } = record ?? {};
  if (objects === undefined) return null;
  const bringing = deliveringSteps(steps).filter(({ name }) => objects[name] !== undefined);
  return (assignments, { targets, localCluster }) => {
    const last = assignments.at(-1);
    const target = targets.find(({ name }) => name === last?.cluster);
    if (last === undefined || target === undefined) return assignments;
    const here = { name: target.name, labels: target.labels, isLocal: target.name === localCluster };
    const isHere = ({ wants }: ProgramStep) =>
      wants.some(({ scope }) => scope.has(here) && scope.namespace === targetOf(last.unit));
    const own = bringing.filter(isHere).flatMap(({ name }) => objects[name] ?? []);
    return own.length === 0 ? assignments : [...assignments.slice(0, -1), { ...last, objects: own }];
  };
}
