import { emptyHistory, recordRevisions } from '../../hub/render/revisions.ts';
import { render, type RenderedFleet } from '../../hub/render/render.ts';
import type { CueEngine } from '../../hub/cue/engine.ts';
import type { Fleet, RevisionHistory } from '../../hub/model/fleet.ts';
import { place } from '../../hub/place/place.ts';
import { targetsOf } from './fleet.ts';

/** Records the revisions of fleets, oldest first. */
export function historyOf(...fleets: readonly Fleet[]): RevisionHistory {
  return fleets.reduce((history, fleet) => recordRevisions(history, fleet), emptyHistory);
}

/** Places and renders the last of some fleets, with the revisions of all of them; `local` is the local cluster. */
export async function renderFleet(cue: CueEngine, ...fleets: readonly Fleet[]): Promise<RenderedFleet> {
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
    ...rendered,
    failed: [...placed.failed, ...rendered.failed],
    problems: [...placed.problems, ...rendered.problems],
  };
}
