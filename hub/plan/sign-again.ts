import type { Signer } from '../../shared/wire/envelope.ts';
import type { State } from '../model/state.ts';

/** Clusters whose bundle is signed by another hub key than this one (its id stands in the signature file): it is signed again. */
export function bundlesToSignAgain({ bundles }: Pick<State, 'bundles'>, { keyid }: Pick<Signer, 'keyid'>): Set<string> {
  const again = new Set<string>();
  for (const { cluster, signatures } of bundles.values()) {
    // A view of the bytes, not a copy: each pass looks at every bundle.
    const text = Buffer.from(signatures.buffer, signatures.byteOffset, signatures.byteLength);
    if (!text.includes(keyid)) again.add(cluster);
  }
  return again;
}
