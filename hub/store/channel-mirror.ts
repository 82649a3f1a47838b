import type { Oid } from '../../shared/lib/git/object.ts';
import { clusterRefPrefix, freshRefPrefix, mainRef } from '../../shared/wire/layout.ts';
import type { ObjectReader } from '../model/objects.ts';
import { signedRevision } from '../model/signed-revision.ts';
import { openMirror, type Mirror, type MirrorOptions } from './packs/mirror.ts';

/** A channel whose Git host decides. Branches of other names are left alone. */
export function mirrorChannel(
  options: Pick<MirrorOptions, 'local' | 'remote' | 'clock' | 'signal'>,
  trusted: readonly string[],
): Mirror {
  return openMirror({
    ...options,
    follows: (ref) => ref === mainRef || ref.startsWith(clusterRefPrefix) || ref.startsWith(freshRefPrefix),
    renews: (from, to) => beginsAnew(options.local, trusted, { from, to }),
  });
}

/** True for a bundle of the cluster that was signed later: a history begins anew for another registration, and every so many generations. */
function beginsAnew(
  objects: ObjectReader,
  trusted: readonly string[],
  { from, to }: { readonly from: Oid; readonly to: Oid },
): boolean {
  const [before, after] = [signedRevision(objects, from, trusted), signedRevision(objects, to, trusted)];
  if (before === null || after === null) return false;
  const isSameName = before.channel === after.channel && before.cluster === after.cluster;
  return isSameName && before.generation < after.generation;
}
