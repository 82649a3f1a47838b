import { emptyHistory, recordRevisions } from '../../hub/render/revisions.ts';
import { render, type RenderedFleet } from '../../hub/render/render.ts';
import type { CueEngine } from '../../hub/cue/engine.ts';
import { keepsContent, type FoundHold } from '../../hub/model/hold.ts';
import { tellProblems } from '../../hub/model/problems.ts';
import type { Problem } from '../../hub/model/source.ts';
import type { Fleet, RevisionHistory } from '../../hub/model/fleet.ts';
import { place } from '../../hub/place/place.ts';
import { targetsOf } from './fleet.ts';

/** Records the revisions of fleets, oldest first. */
export function historyOf(...fleets: readonly Fleet[]): RevisionHistory {
  return fleets.reduce((history, fleet) => recordRevisions(history, fleet), emptyHistory);
}

/** What was rendered, the units that keep their content, and everything that is wrong. */
export interface RenderedWithProblems extends Pick<RenderedFleet, 'apps'> {
  readonly failed: readonly { readonly unit: string; readonly cluster: string | null }[];
  readonly problems: readonly Problem[];
}

/** The units that keep their content on a cluster, or on all (null). */
export function heldUnits(holds: readonly FoundHold[]): RenderedWithProblems['failed'] {
  return holds.filter(keepsContent).map(({ app, cluster }) => ({ unit: app ?? '', cluster }));
}

/** Places and renders the last of some fleets, with the revisions of all of them; `local` is the local cluster. */
export async function renderFleet(cue: CueEngine, ...fleets: readonly Fleet[]): Promise<RenderedWithProblems> {
  const fleet = fleets.at(-1);
  if (fleet === undefined) throw new Error('no fleet');
  const history = historyOf(...fleets);
  const targets = targetsOf(fleet);
  const placed = place({ fleet, history, targets, picks: new Map(), previous: [], localCluster: 'local' });
  const rendered = await render(
    cue,
    { fleet, history, assignments: placed.assignments, targets },
    new AbortController().signal,
  );
  return {
    apps: rendered.apps,
    failed: heldUnits([...placed.holds, ...rendered.holds]),
    problems: tellProblems([placed, rendered]),
  };
}
