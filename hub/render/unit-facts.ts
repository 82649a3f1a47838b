import { canonicalJson } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { createHeldOnce } from '../model/held-once.ts';
import type { Capabilities } from '../model/documents.ts';
import type { Assignment } from '../model/rendered.ts';
import type { UnitOnCluster, UnitOutcome } from './unit.ts';

/**
 * Everything that what a unit is on a cluster depends on beside its commit. A fleet has very many units: most are the same as in the
 * last pass, and the same as on other clusters. As one text, in which documents and rendered components have the numbers that they got
 * when they were first seen. The name of the cluster is in texts of faults and warnings alone, and nothing of a unit reads its labels:
 * what templates read of a cluster is in the components that were rendered for it.
 */
export function unitFacts(one: Pick<UnitOnCluster, 'target' | 'deployment' | 'revisions' | 'elsewhere'>): string {
  const { capabilities, currentProvider } = one.target;
  const offered = capabilities === null ? '' : capabilitiesText(capabilities);
  const made = [one.deployment, ...one.revisions.flatMap(({ record, components }) => [record, components])];
  const numbers = made.map((value) => (value === null ? 0 : numberOf(value))).join(' ');
  const assigned = one.revisions.map(({ assignment }) => assignmentText(assignment));
  return once.text(
    [numbers, [...one.elsewhere].sort().join(' '), offered, currentProvider ?? '', ...assigned].join('\n'),
  );
}

// Each cluster's unit keeps its text, and most are the same.
const once = createHeldOnce();

let last = 0;
/** The number of a value: no other one has it. */
const numberOf = oncePerValue<object, number>(() => (last += 1));

/** What was rendered for one cluster, as another one gets it: nothing that is deployed names the cluster. */
export function ofCluster(outcome: UnitOutcome, cluster: string, source: string | null): UnitOutcome {
  const { app } = outcome;
  if (app === null || (app.cluster === cluster && app.source === source)) return outcome;
  return { ...outcome, app: { ...app, cluster, source } };
}

/** True where the outcome is the same on every cluster with the same facts: what is wrong names the cluster. */
export function isShared({ app, warning, faults }: UnitOutcome): boolean {
  return app !== null && warning === null && faults.length === 0;
}

const capabilitiesText = oncePerValue((capabilities: Capabilities) => canonicalJson(capabilities));
const selectorText = oncePerValue((selector: Assignment['selector']) => JSON.stringify(Object.entries(selector)));

function assignmentText(assignment: Assignment): string {
  const {
    unit,
    revision,
    replicas,
    target,
    policies,
    components,
    without,
    objects,
    document,
    selector,
    notes,
    ...others
  } = assignment;
  // What overrides, a choice of components and another namespace make is in the record already, which has a number of its own, as the document has.
  [target, policies, components, without, objects, document] satisfies readonly unknown[];
  others satisfies Pick<Assignment, 'cluster'> & Record<Exclude<keyof typeof others, 'cluster'>, never>;
  return `${unit} ${revision} ${replicas ?? ''} ${selectorText(selector)} ${notes.length === 0 ? '' : JSON.stringify(notes)}`;
}
