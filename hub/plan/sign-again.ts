import type { Signer } from '../../shared/wire/envelope.ts';
import type { State } from '../model/state.ts';

/** Clusters whose bundle is signed by another hub key than this one: it is signed again. */
export function bundlesToSignAgain({ bundles }: Pick<State, 'bundles'>, { keyid }: Pick<Signer, 'keyid'>): Set<string> {
  const again = new Set<string>();
  for (const bundle of bundles.values()) if (bundle.keyid !== keyid) again.add(bundle.cluster);
  return again;
}
