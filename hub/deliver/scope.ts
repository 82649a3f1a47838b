import type { ProgramStep } from '../workflow/program.ts';
import type { DeliveryUnit } from './unit.ts';

/** The units that a step delivers to. */
export function unitsOf(
  { wants }: Pick<ProgramStep, 'wants'>,
  units: readonly DeliveryUnit[],
  localCluster: string | null,
): readonly DeliveryUnit[] {
  return units.filter(({ cluster, labels, target }) =>
    wants.some(
      ({ scope }) =>
        scope.has({ name: cluster, labels, isLocal: cluster === localCluster }) && scope.namespace === target,
    ),
  );
}
