import { openMirror, type Mirror, type MirrorOptions } from './packs/mirror.ts';
import { clusterRefPrefix, freshRefPrefix, mainRef } from '../../shared/wire/layout.ts';

/** A channel with its truth on a Git host. Branches of other names are somebody else's and are not looked at. */
export function mirrorChannel(options: Pick<MirrorOptions, 'local' | 'remote' | 'clock' | 'signal'>): Mirror {
  return openMirror({
    ...options,
    follows: (ref) => ref === mainRef || ref.startsWith(clusterRefPrefix) || ref.startsWith(freshRefPrefix),
  });
}
