import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { JudgedUnit } from '../health/judge.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { State } from '../model/state.ts';
import { entryOf } from './entry.ts';

/** Of what was rendered, the applications whose definitions say how well they are, as far as they are published as rendered. */
export function judgedUnits(
  rendered: readonly RenderedApp[],
  { bundles }: Pick<State, 'bundles'>,
): readonly JudgedUnit[] {
  const units: JudgedUnit[] = [];
  for (const one of checkedApps(rendered)) {
    const revision = bundles.get(one.cluster)?.revision;
    const unit = revision === undefined ? null : unitIn(one, revision);
    if (unit !== null) units.push(unit);
  }
  return units;
}

const checkedApps = oncePerValue((rendered: readonly RenderedApp[]) =>
  rendered.filter(({ checks = [] }) => checks.length > 0),
);

// By what was rendered: while neither that nor the bundle changes, the unit is the very same value.
const known = new WeakMap<RenderedApp, { readonly revision: Revision; readonly unit: JudgedUnit | null }>();

function unitIn(one: RenderedApp, revision: Revision): JudgedUnit | null {
  const before = known.get(one);
  if (before?.revision === revision) return before.unit;
  const unit = newUnit(one, revision);
  known.set(one, { revision, unit });
  return unit;
}

function newUnit(one: RenderedApp, revision: Revision): JudgedUnit | null {
  const { checks = [], cluster } = one;
  const app = appKey(one);
  const published = revision.apps.find((other) => appKey(other) === app);
  // What is held back is judged by what its agent says alone: of an older content, the texts are not at hand.
  if (published?.digest !== entryOf(one, formats.revision.at(revision.format)).app.digest) return null;
  const digests = new Map<ObjectId, Digest>(published.objects.map(({ id, digest }) => [id, digest]));
  return { app, cluster, digest: published.digest, digests, checks };
}
