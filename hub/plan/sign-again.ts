import type { Signer } from '../../shared/wire/envelope.ts';
import type { State } from '../model/state.ts';

/** Clusters whose bundle is signed by another hub key than this one (its id stands in the signature file): it is signed again. */
export function bundlesToSignAgain({ bundles }: Pick<State, 'bundles'>, { keyid }: Pick<Signer, 'keyid'>): Set<string> {
  const signedByAnother = [...bundles.values()].filter(({ signatures }) => !Buffer.from(signatures).includes(keyid));
  return new Set(signedByAnother.map(({ cluster }) => cluster));
}
