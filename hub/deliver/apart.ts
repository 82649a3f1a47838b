import type { AppDelivery, Delivery } from '../model/delivery.ts';
import type { Program, ProgramStep } from '../workflow/program.ts';
import { deliveringSteps } from '../workflow/wanted.ts';
import { componentsOf } from './parts.ts';
import { unitsOf } from './scope.ts';
import { isStepping } from './told.ts';
import type { DeliveryUnit } from './unit.ts';

/** What tells which units a delivery passed over. */
export interface ApartInput {
  readonly program: Pick<Program, 'steps'>;
  readonly units: readonly DeliveryUnit[];
  readonly localCluster: string | null;
}

const none: ReadonlySet<string> = new Set();

/**
 * The units that have not all of a delivery that ended well, because steps that deliver to them were skipped: they stay as they are. To have
 * skipped a step must never give its clusters the content at once; and where the last step that moves pods and traffic was, the content that
 * is on its way there never serves alone, and is taken back. Pure.
 */
export function passedOver({ steps }: Pick<Delivery, 'steps'>, input: ApartInput): ReadonlySet<string> {
  const { program, units, localCluster } = input;
  if (!Object.values(steps).some(({ phase }) => phase === 'skipped')) return none;
  const delivering = deliveringSteps(program.steps);
  const names = new Set(delivering.map(({ name }) => name));
  // A step that was renamed since may be the one that was skipped.
  const isRenamed = Object.entries(steps).some(([name, { phase }]) => phase === 'skipped' && !names.has(name));
  const isSkipped = ({ name }: ProgramStep) =>
    steps[name] === undefined ? isRenamed : steps[name].phase === 'skipped';
  const skipped = delivering.filter(isSkipped);
  if (skipped.length === 0) return none;
  const given = new Map<string, readonly string[] | null>();
  for (const step of delivering.filter((one) => !isSkipped(one))) {
    for (const { key } of unitsOf(step, units, localCluster)) given.set(key, together(given.get(key), step));
  }
  const promotion = delivering.findLast(({ type }) => type.moves !== undefined);
  const apart = skipped.flatMap((step) => {
    const missing = unitsOf(step, units, localCluster).filter(
      (unit) => !hasAll(given.get(unit.key), step) || (step === promotion && isStepping(unit)),
    );
    return missing.map(({ key }) => key);
  });
  return new Set(apart);
}

function together(before: readonly string[] | null | undefined, step: ProgramStep): readonly string[] | null {
  const components = componentsOf(step);
  return before === null || components === null ? null : [...(before ?? []), ...components];
}

function hasAll(given: readonly string[] | null | undefined, step: ProgramStep): boolean {
  if (given === null) return true;
  const components = componentsOf(step);
  return given !== undefined && components !== null && components.every((name) => given.includes(name));
}

/** The record of a delivery that ended well, with what its stable content does not cover; the very same where it covers all. */
export function withApart(record: AppDelivery, input: ApartInput): AppDelivery {
  if (record.last.phase !== 'succeeded') return record;
  const { apart, ...rest } = record;
  const now = [...passedOver(record.last, input)];
  if (now.length > 0) return { ...rest, apart: now };
  return apart === undefined ? record : rest;
}
