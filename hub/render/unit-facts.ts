import { canonicalJson } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Capabilities } from '../model/documents.ts';
import type { Assignment } from '../model/rendered.ts';
import type { UnitOnCluster, UnitOutcome, UnitTarget } from './unit.ts';

/**
 * Everything that the rendering of a unit on a cluster depends on beside its commit, as values that can be compared one by
 * one: a fleet has very many units, and most are the same as in the last pass.
 */
export function unitFacts(
  one: Pick<UnitOnCluster, 'target' | 'deployment' | 'revisions' | 'elsewhere'>,
): readonly unknown[] {
  return [
    one.deployment,
    [...one.elsewhere].sort().join(' '),
    ...targetFacts(one.target),
    ...one.revisions.flatMap(({ record, components, assignment }) => [
      record,
      components,
      ...assignmentFacts(assignment),
    ]),
  ];
}

/** An outcome of the same facts, of another commit: it says where the document stands, and changes no object. */
export function ofCommit(outcome: UnitOutcome, source: string): UnitOutcome {
  const { app } = outcome;
  return app === null || app.source === source ? outcome : { ...outcome, app: { ...app, source } };
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
