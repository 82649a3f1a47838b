import { oncePerValue } from '../../shared/lib/memo.ts';
import { createHeldOnce } from '../model/held-once.ts';
import { internalProblem } from '../model/internal-problem.ts';
import type { ComponentSource } from '../sources/source.ts';
import type { CueEngine, CueEvaluator } from '../cue/engine.ts';
import type { Attempt } from '../model/fault.ts';
import { clusterValues, valuesKey } from './cluster-values.ts';

import { copiedOf, type Copied } from './origin.ts';
import { liveKey } from './outputs.ts';
import type { RevisionComponent } from './revision-component.ts';
import { renderRevision } from './revision.ts';
import type { RoundMemo } from './round-memo.ts';
import type { Part, Unit } from './units.ts';

/** What became of each revision, by `revisionKey`. */
export type Revisions = ReadonlyMap<string, Attempt<readonly RevisionComponent[]>>;

/** The revisions that could be rendered. */
export type RevisionMemo = RoundMemo<Extract<Attempt<readonly RevisionComponent[]>, { readonly value: unknown }>>;

/** What revisions are rendered with. */
export interface RevisionParts {
  readonly cue: CueEngine;
  readonly memory: { readonly revisions: RevisionMemo };
  readonly sources: readonly ComponentSource[];
  readonly signal: AbortSignal;
}

type Placed = Pick<Unit, 'deployment' | 'target' | 'live'>;
type Recorded = Pick<Part, 'record' | 'document' | 'variant'>;

// Labels alone make no revision: the objects of the newest have what its document says now.
function copiedIn({ document, record }: Recorded): Copied {
  return copiedOf((document?.doc ?? record.application).metadata);
}

/** A revision that is to be rendered, as a unit has it. */
export interface WantedRevision {
  readonly unit: Placed;
  readonly part: Recorded;
}

/** The keys of the parts of a unit; null for one that waits for a version of Kubernetes. */
export const revisionKeys = oncePerValue((unit: Unit): readonly (string | null)[] =>
  once.value(
    unit.parts.map((part) => (clusterValues(part.record, unit.target) === null ? null : revisionKey(unit, part))),
  ),
);

// Most clusters have the same revisions of a unit.
const once = createHeldOnce();

/** What units want of revisions, by `revisionKey`. */
export function wantedRevisions(units: Iterable<Unit>): ReadonlyMap<string, WantedRevision> {
  const wanted = new Map<string, WantedRevision>();
  for (const unit of units) {
    for (const [index, key] of revisionKeys(unit).entries()) {
      const part = unit.parts[index];
      if (key !== null && part !== undefined && !wanted.has(key)) wanted.set(key, { unit, part });
    }
  }
  return wanted;
}

/** Renders each revision once for all clusters that are the same to its templates; one that failed is tried again in the next round. */
export async function renderRevisions(
  { cue, memory, sources, signal }: RevisionParts,
  wanted: ReadonlyMap<string, WantedRevision>,
): Promise<Revisions> {
  const evaluatorOf = evaluators(cue);
  const attemptOf = async (key: string, { unit, part }: WantedRevision) => {
    const { record } = part;
    const known = memory.revisions.get(key, [record]);
    if (known !== undefined) return known;
    const { live, deployment, target } = unit;
    const values = clusterValues(record, target) ?? {};
    const options = { isSuffixed: deployment !== null, sources, values, copied: copiedIn(part) };
    const rendering = renderRevision(evaluatorOf(record.app), record, { ...options, ...(live && { live }) }, signal);
    const attempt = await catchInternal(rendering);
    if ('value' in attempt) memory.revisions.set(key, [record], attempt);
    return attempt;
  };
  return new Map(await Promise.all([...wanted].map(async ([key, one]) => [key, await attemptOf(key, one)] as const)));
}

/** Names a revision as a unit has it on a cluster. */
export function revisionKey({ deployment, target, live }: Placed, part: Recorded): string {
  const { record, variant } = part;
  const values = clusterValues(record, target);
  const form = `${deployment === null ? 'plain' : 'suffixed'} ${variant.key}`;
  const read = values === null ? ' unknown' : valuesKey(values);
  return `${record.app} ${record.name} ${form}${read}${copiedIn(part).key}${liveKey(live)}`;
}

async function catchInternal(
  rendering: ReturnType<typeof renderRevision>,
): Promise<Attempt<readonly RevisionComponent[]>> {
  try {
    return await rendering;
  } catch (error) {
    return { faults: [{ ...internalProblem(error, 'cannot be rendered'), path: [] }] };
  }
}

// The revisions of an application share its time.
function evaluators(cue: CueEngine): (app: string) => CueEvaluator {
  const known = new Map<string, CueEvaluator>();
  return (app) => {
    const evaluator = known.get(app) ?? cue.forApplication(app);
    known.set(app, evaluator);
    return evaluator;
  };
}
