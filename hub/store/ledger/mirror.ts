import { openMirror, type Mirror, type MirrorOptions } from '../packs/mirror.ts';
import { SluiceError } from '../../../shared/errors.ts';
import { verifyChain, type LedgerTrust } from './chain.ts';
import { newestVolume, volumeOf } from './volume.ts';

/**
 * A ledger's repository whose Git host decides: a commit counts once the host took it, which fences every other hub. Commits
 * that only the host has are followed after each of them was verified (LEDGER_INVALID otherwise).
 */
export function mirrorLedger(
  options: Pick<MirrorOptions, 'local' | 'remote' | 'clock' | 'signal'>,
  trust: LedgerTrust,
): Mirror {
  return openMirror({
    ...options,
    follows: (ref) => volumeOf(ref) !== null,
    // Old volumes stay on the host, or were deleted there: what is not here already need not come.
    needs: (theirs, mine) => {
      const newest = newestVolume(theirs)?.ref;
      return new Map([...theirs].filter(([ref]) => ref === newest || mine.has(ref)));
    },
    accept: (_ref, from, head) => verifyChain(options.local, { head, from }, trust),
    onDiverged: () => {
      throw new SluiceError('LEDGER_INVALID', 'the ledger here and the one on its remote went different ways', {
        subject: options.remote.url,
        hint: 'move ledger.git out of the data folder to go on from the remote, or name an empty repository to keep this one',
      });
    },
  });
}
