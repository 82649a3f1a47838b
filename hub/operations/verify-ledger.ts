import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import type { HubKeys } from '../keys/types.ts';
import { restoreHint } from '../store/ledger/chain.ts';
import { verifyVolume, type VerifiedVolume } from '../store/ledger/verify.ts';
import { newestVolume, sha256Of } from '../store/ledger/volume.ts';
import type { OpenedVolume, OpenVolume } from '../store/open-volume.ts';
import type { ReadData } from '../store/read-data.ts';

/** What became of one volume: it is whole, not here, or not to be trusted. */
export type VolumeResult =
  | ({ readonly state: 'whole' } & Omit<VerifiedVolume, 'after'>)
  | { readonly state: 'absent'; readonly volume: number }
  | { readonly state: 'broken'; readonly volume: number; readonly error: SluiceError };

/** What is to be verified: the volume that is written to, or also those before it, in a folder of their own. */
export interface VerifyOptions {
  readonly all: boolean;
  readonly archive: string;
}

/**
 * Verifies the ledger of a data folder without writing to it, whether a hub runs there or not: the newest volume first. A volume that is not here
 * was moved or deleted, which is not a fault of the others. Throws CONFIG_INVALID where there is no hub.
 */
export async function verifyLedger(
  data: string,
  { all, archive }: VerifyOptions,
  { readData, openVolume }: { readonly readData: ReadData; readonly openVolume: OpenVolume },
): Promise<readonly VolumeResult[]> {
  return readData(data, async (objects, keys) => {
    const results: VolumeResult[] = [];
    const newest = newestVolume(objects.refs());
    let after: VerifiedVolume['after'] = null;
    for (let volume = newest?.volume ?? 0; volume >= 1; volume -= 1) {
      const found = openVolume(objects, archive, volume);
      const { result, before } = await verify(found, { volume, after, isNewest: volume === newest?.volume }, keys);
      found?.close();
      results.push(result);
      after = before;
      if (!all) break;
    }
    return results;
  });
}

/** What is known of a volume beforehand: what the one after it says of its last commit. */
interface Expected {
  readonly volume: number;
  readonly after: VerifiedVolume['after'];
  readonly isNewest: boolean;
}

async function verify(
  found: OpenedVolume | null,
  { volume, after, isNewest }: Expected,
  { trusted, past }: Pick<HubKeys, 'trusted' | 'past'>,
): Promise<{ readonly result: VolumeResult; readonly before: VerifiedVolume['after'] }> {
  if (found === null) return { result: { state: 'absent', volume }, before: null };
  try {
    const { objects, head } = found;
    const verified = await verifyVolume(objects, head, { trusted: isNewest ? trusted : past, past });
    const isIt =
      after === null ||
      (after.commit === head && after.sha256 === sha256Of(objects.read(head)?.body ?? new Uint8Array()));
    if (!isIt || verified.volume !== volume || (!isNewest && !verified.isClosed)) throw another(volume, head);
    const { after: before, ...rest } = verified;
    return { result: { state: 'whole', ...rest }, before };
  } catch (error) {
    return { result: { state: 'broken', volume, error: asSluiceError(error) }, before: null };
  }
}

function another(volume: number, subject: Oid): SluiceError {
  const hint = `put back the volume ${volume} that was moved away: ${restoreHint}`;
  return new SluiceError('LEDGER_INVALID', `the ledger cannot be trusted: this is not its volume ${volume}`, {
    subject,
    hint,
  });
}
