import { canonicalJson } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Capabilities } from '../model/documents.ts';
import type { Assignment } from '../model/rendered.ts';
import type { UnitOnCluster, UnitTarget } from './unit.ts';

/**
 * Everything that the rendering of a unit on a cluster depends on beside its commit, as values that can be compared one by
 * one: a fleet has very many units, and most are the same as in the last pass.
 */
export function unitFacts(one: Pick<UnitOnCluster, 'target' | 'deployment' | 'revisions'>): readonly unknown[] {
  return [
    one.deployment,
    ...targetFacts(one.target),
    ...one.revisions.flatMap(({ record, components, assignment }) => [
      record,
      components,
      ...assignmentFacts(assignment),
    ]),
  ];
}

const capabilitiesText = oncePerValue((capabilities: Capabilities) => canonicalJson(capabilities));

function targetFacts(target: UnitTarget): readonly unknown[] {
  const { name, labels, capabilities, kubernetes, currentProvider, ...others } = target;
  others satisfies Record<string, never>;
  const offered = capabilities === null ? null : capabilitiesText(capabilities);
  return [name, ...pairsOf(labels), offered, kubernetes, currentProvider];
}

function assignmentFacts(assignment: Assignment): readonly unknown[] {
  const { unit, cluster, revision, replicas, selector, notes, ...others } = assignment;
  others satisfies Record<string, never>;
  return [unit, cluster, revision, replicas, ...pairsOf(selector), notes.length, ...notes];
}

function pairsOf(labels: Readonly<Record<string, string>>): readonly unknown[] {
  const pairs = Object.entries(labels);
  return [pairs.length, ...pairs.flat()];
}
