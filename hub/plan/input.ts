import type { ObjectId } from '../../shared/model/object.ts';
import type { Labels } from '../../shared/model/selector.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import type { RevisionFormat } from '../../shared/wire/formats/format.ts';
import type { ClusterDirectives, ClusterTakenBack } from '../model/delivery.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';
import type { Departure } from '../model/placement.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { Entry } from './entry.ts';

/** The slices of the state that planning reads. */
export type PlanState = Pick<
  State,
  'channel' | 'epoch' | 'clusters' | 'bundles' | 'guarded' | 'approvals' | 'problems'
>;

/** Everything that one cluster's next bundle is made of. */
export interface ClusterInput {
  readonly state: PlanState;
  readonly record: ClusterRecord;
  readonly source: { readonly repository: string; readonly commit: string };
  readonly labels: Labels;
  /** The format that it is planned in, and the one that its agent reads, which the bundle is written in. */
  readonly format: RevisionFormat;
  readonly target: RevisionFormat;
  /** What was rendered for it, by unit, in the format that it is planned in. */
  readonly rendered: ReadonlyMap<string, Entry>;
  /** Units that another stage holds: they stay as they were published. */
  readonly held: ReadonlySet<string>;
  /** What is to be reported of the objects of units that stay as they were published; absent = nothing more. */
  readonly asked?: ReadonlyMap<string, NonNullable<BundleApp['observe']>>;
  /** Ids of the past that its agent keeps and that are to be retired again. */
  readonly again: readonly ObjectId[];
  readonly report: AgentReport | null;
  /** Units that are not placed here any more and must not leave yet. */
  readonly departures: ReadonlyMap<string, Departure>;
  /** How it gets to what deliveries want of its units. */
  readonly directives: ClusterDirectives;
  /** Units that go back behind a delivery, or have; absent = none. */
  readonly takenBack?: ClusterTakenBack | undefined;
  /** The last bundle was signed by a hub key that is not at work any more, or its agent does not read its format any more. */
  readonly mustSignAgain: boolean;
  readonly sizes: (bundle: PublishedBundle) => ReadonlyMap<string, number>;
  readonly now: string;
}

/** The last bundle as far as it was sent to the cluster's present registration. */
export function previousRevision(state: Pick<PlanState, 'bundles'>, record: ClusterRecord): Revision | null {
  const revision = state.bundles.get(record.name)?.revision ?? null;
  return revision?.registration === record.registration ? revision : null;
}

/** The generation that the next bundle of a cluster would have. */
export function nextGeneration({ state, record }: Pick<ClusterInput, 'state' | 'record'>): number {
  return (state.bundles.get(record.name)?.revision.generation ?? 0) + 1;
}
