import { oncePerValue } from '../../shared/lib/memo.ts';
import { unitKey } from '../model/delivery.ts';
import type { Assignment } from '../model/rendered.ts';
import { placesIn, targetOf } from './facts.ts';

/** A unit of an application on a cluster: one with several revisions there is one place. */
export interface Place {
  /** In the list of all. */
  readonly index: number;
  /** `CLUSTER[@NAMESPACE]`. */
  readonly key: string;
  readonly unit: string;
  readonly cluster: string;
  readonly own: readonly Assignment[];
}

/** All places of an application. */
export interface PlaceList {
  readonly all: readonly Place[];
  readonly byCluster: ReadonlyMap<string, readonly Place[]>;
}

/** The places that some assignments are of, in their order. */
export const placesOn = oncePerValue((assignments: readonly Assignment[]): PlaceList => {
  const all = [...placesIn(assignments).values()].map((own, index): Place => {
    const { unit, cluster } = own[0] as Assignment;
    return { index, key: unitKey(cluster, targetOf(unit)), unit, cluster, own };
  });
  return { all, byCluster: Map.groupBy(all, ({ cluster }) => cluster) };
});
