import type { Signer } from '../../shared/wire/envelope.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import type { State } from '../model/state.ts';

/** Clusters whose bundle is signed by another hub key than this one (its id stands in the signature file): it is signed again. */
export function bundlesToSignAgain({ bundles }: Pick<State, 'bundles'>, { keyid }: Pick<Signer, 'keyid'>): Set<string> {
  const again = new Set<string>();
  for (const bundle of bundles.values()) if (!isSignedBy(bundle, keyid)) again.add(bundle.cluster);
  return again;
}

// By the bundle: each pass looks at every one of them.
const known = new WeakMap<PublishedBundle, string>();

function isSignedBy(bundle: PublishedBundle, keyid: string): boolean {
  if (known.get(bundle) === keyid) return true;
  const { buffer, byteOffset, byteLength } = bundle.signatures;
  const isSigned = Buffer.from(buffer, byteOffset, byteLength).includes(keyid);
  if (isSigned) known.set(bundle, keyid);
  return isSigned;
}
