import { openMirror, type Mirror, type MirrorOptions } from './packs/mirror.ts';
import { clusterRefPrefix, freshRefPrefix, mainRef } from '../../shared/wire/layout.ts';

/** A channel whose Git host decides. Branches of other names are left alone. */
export function mirrorChannel(options: Pick<MirrorOptions, 'local' | 'remote' | 'clock' | 'signal'>): Mirror {
  return openMirror({
    ...options,
    follows: (ref) => ref === mainRef || ref.startsWith(clusterRefPrefix) || ref.startsWith(freshRefPrefix),
  });
}
