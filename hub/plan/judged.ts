import type { Digest } from '../../shared/lib/canonical.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { JudgedUnit } from '../health/judge.ts';
import type { RenderedApp } from '../model/rendered.ts';
import type { State } from '../model/state.ts';
import { entryOf } from './entry.ts';

/** Of what was rendered, the applications whose definitions say how well they are, as far as they are published as rendered. */
export function judgedUnits(
  rendered: readonly RenderedApp[],
  { bundles }: Pick<State, 'bundles'>,
): readonly JudgedUnit[] {
  return rendered.flatMap((one): JudgedUnit[] => {
    const { checks = [], cluster } = one;
    const revision = bundles.get(cluster)?.revision;
    if (checks.length === 0 || revision === undefined) return [];
    const app = appKey(one);
    const published = revision.apps.find((other) => appKey(other) === app);
    // What is held back is judged by what its agent says alone: of an older content, the texts are not at hand.
    if (published?.digest !== entryOf(one, formats.revision.at(revision.format)).app.digest) return [];
    const digests = new Map<ObjectId, Digest>(published.objects.map(({ id, digest }) => [id, digest]));
    return [{ app, cluster, digest: published.digest, digests, checks }];
  });
}
