import type { Work } from '../../../shared/lib/slices.ts';
import type { Changes } from '../../model/changes.ts';
import type { Slices, State, StateIdentity } from '../../model/state.ts';
import { approvals } from './approvals.ts';
import { broken } from './broken.ts';
import { bundles } from './bundles.ts';
import { clusters } from './clusters.ts';
import { deliveries } from './deliveries.ts';
import { documents } from './documents.ts';
import { freeze } from './freeze.ts';
import { guarded } from './guarded.ts';
import { picks } from './picks.ts';
import { problems } from './problems.ts';
import { revisions } from './revisions.ts';
import type { FileEdit, Slice, SliceFile, SliceReader } from './slice.ts';
import { source } from './source.ts';
import { tokens } from './tokens.ts';

/**
 * The one list of slices, and where they are written:
 *
 * | path | content |
 * | --- | --- |
 * | `source.json` | the commit of the config repository that was processed last |
 * | `documents/KIND/NAMESPACE/NAME.json` | a document as it was last seen |
 * | `broken.json` | digests of broken documents of whose names nothing was in force yet |
 * | `revisions/NAMESPACE/NAME/N.json`, `newest.json` | revisions of an application, and the name of the newest |
 * | `clusters/XX/NAME.json` | a registered cluster |
 * | `picks/XX.json` | recorded picks of placements |
 * | `deliveries/NAMESPACE/NAME.json` | the newest delivery of an application that is delivered in steps or waves |
 * | `freeze.json` | that nothing starts in the whole fleet, while it is so |
 * | `bundles/XX/NAME/state.json`, `bundle/` | the bundle of a cluster: the commits and the very tree of its channel ref |
 * | `guarded.json`, `approvals.json`, `problems.json` | changes that wait, approvals, problems |
 * | `tokens.json` | names, roles and digests of the tokens of persons and programs |
 *
 * XX spreads names over 256 folders.
 */
const slices: { readonly [S in keyof Slices]: Slice<S> } = {
  source,
  documents,
  broken,
  revisions,
  clusters,
  picks,
  deliveries,
  freeze,
  bundles,
  guarded,
  approvals,
  tokens,
  problems,
};

// All of them alike: each is only ever given the value of its own name.
const all = Object.values(slices) as unknown as readonly Slice<keyof Slices>[];

/** A state that nothing was committed to yet. */
export function emptyState({ channel, epoch }: StateIdentity): State {
  const empty = Object.fromEntries(all.map((slice) => [slice.name, slice.empty])) as unknown as Slices;
  return { channel, epoch, number: 0, ...empty };
}

/** Every file that the slices of a state are written as. */
export function encodeSlices(state: Slices): SliceFile[] {
  return all.flatMap(({ name, encode }) => encode(state[name]));
}

/** What of those files differs once the changes lead from one state to the other. */
export function editsOf(before: Slices, after: Slices, changes: Changes): FileEdit[] {
  return all.flatMap(({ name, edits }) => {
    const change = changes[name];
    return change === undefined ? [] : edits({ before: before[name], after: after[name], change });
  });
}

/** Reads all slices. */
export function* decodingSlices(files: SliceReader): Work<Slices> {
  const values: [string, unknown][] = [];
  for (const { name, decode } of all) values.push([name, yield* decode(files)]);
  return Object.fromEntries(values) as unknown as Slices;
}
