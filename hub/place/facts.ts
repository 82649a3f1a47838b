import { canonicalJson } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { atOnce, mapping, type Work } from '../../shared/lib/slices.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { differingKeys } from '../model/differing.ts';
import { docKey } from '../model/documents.ts';
import type { Site } from '../model/fleet.ts';
import type { PlacementFacts } from '../model/placement.ts';
import type { State } from '../model/state.ts';
import { placing } from './place.ts';
import type { Placed, PlaceInput } from './types.ts';

type Sent = Pick<State, 'bundles' | 'clusters'>;

/** What planning needs to know of a placement: it tells why a unit leaves a cluster. */
export function placementFacts(input: PlaceInput, placed: Pick<Placed, 'assignments'>, sent: Sent): PlacementFacts {
  return atOnce(findingFacts(input, placed, sent));
}

/** The same, as work in steps. */
export function* findingFacts(
  input: PlaceInput,
  placed: Pick<Placed, 'assignments'>,
  sent: Sent,
): Work<PlacementFacts> {
  const { applications, deployments } = input.fleet;
  return {
    assignments: placed.assignments,
    documents: new Set([...applications, ...deployments].map(({ doc }) => docKey(doc))),
    lostByLabels: yield* findingLost(input, placed, sent),
  };
}

// A document that takes a cluster off its list loses nothing by labels: both placements are by the document of now.
function* findingLost(
  input: PlaceInput,
  { assignments }: Pick<Placed, 'assignments'>,
  { bundles, clusters }: Sent,
): Work<ReadonlySet<string>> {
  const asSent = (target: Site): Site => {
    const revision = bundles.get(target.name)?.revision;
    const isSent = revision !== undefined && revision.registration === clusters.get(target.name)?.registration;
    const isSame = !isSent || labelsText(revision.labels) === labelsText(target.labels);
    return isSame ? target : { ...target, labels: revision.labels };
  };
  const before = settled.get(input.targets);
  const isKept =
    before?.clusters === clusters &&
    changedTargets(input.targets, before.bundles, bundles).every((one) => asSent(one) === one);
  const targets = isKept ? input.targets : yield* mapping(input.targets, labelUnits, asSent);
  if (isKept || targets.every((target, index) => target === input.targets[index])) {
    settled.set(input.targets, { bundles, clusters });
    return new Set();
  }
  const now = new Set(assignments.map(keyOf));
  const former = yield* placing({ ...input, targets });
  return new Set(former.assignments.map(keyOf).filter((key) => !now.has(key)));
}

// By the targets: every bundle of these had their labels.
const settled = new WeakMap<PlaceInput['targets'], Sent>();

const byName = oncePerValue(
  (targets: PlaceInput['targets']) => new Map(targets.map((target) => [target.name, target])),
);

function changedTargets(
  targets: PlaceInput['targets'],
  before: Sent['bundles'],
  now: Sent['bundles'],
): readonly Site[] {
  return [...differingKeys(before, now)].flatMap((name) => byName(targets).get(name) ?? []);
}

/** What comparing the labels of a cluster costs, in units of a slice. */
const labelUnits = 0.2;

const labelsText = oncePerValue((labels: Labels) => canonicalJson(labels));

function keyOf({ unit, cluster }: { readonly unit: string; readonly cluster: string }): string {
  return `${unit} ${cluster}`;
}
