import { SluiceError } from '../../../shared/errors.ts';
import type { Digest } from '../../../shared/lib/canonical.ts';
import { countSigners, parseSignatures, payloadTypes, type SignedBytes } from '../../../shared/wire/envelope.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { freshnessKey, freshnessShard, type Freshness } from '../../../shared/wire/freshness.ts';
import { freshnessPath } from '../../../shared/wire/layout.ts';
import type { Root } from '../../../shared/wire/root.ts';

/**
 * The freshness list of a registration's shard; null where the channel has none. One that is signed by a stranger or made for
 * another channel or shard is an error; one of another epoch is passed over.
 */
export function verifyFreshness(file: SignedBytes | null, root: Root, registration: string): Freshness | null {
  if (file === null) return null;
  const sigs = parseSignatures(file.signatures);
  if (countSigners(payloadTypes.freshness, file.payload, sigs, root.hubs.keys) === 0) {
    throw new SluiceError('SIGNATURE_INVALID', 'no hub key signed the freshness list', { subject: freshnessPath });
  }
  const list = formats.freshness.decode(file.payload);
  if (list.channel !== root.channel || list.shard !== freshnessShard(registration)) {
    throw new SluiceError('WRONG_ADDRESSEE', 'the freshness list is for others', { subject: freshnessPath });
  }
  return list.epoch === root.epoch ? list : null;
}

/** When a bundle stops being fresh, in milliseconds since the epoch: its own time, or that of a list that names it. */
export function freshUntil(
  own: string,
  list: Freshness | null,
  bundle: { readonly registration: string; readonly revisionDigest: Digest },
): number {
  const byItself = Date.parse(own);
  const named = list?.current.includes(freshnessKey(bundle.registration, bundle.revisionDigest)) === true;
  return named ? Math.max(byItself, Date.parse(list.freshUntil)) : byItself;
}
