import { SluiceError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/lib/canonical.ts';
import { by as sortedBy } from '../../shared/lib/order.ts';
import { newSeed } from '../../shared/wire/envelope.ts';
import type { Answer, Input } from '../api/routes.ts';
import { deciderOf, type NamedToken } from '../model/token.ts';
import type { HubParts } from './parts.ts';

/** By its first letters a token is known where it does not belong: in a repository, in a log. */
const prefix = 'sluice_';

/** How the holder of the admin token is called: no other one is. */
const reserved = 'admin';

/** Makes a token with a role, and answers it this once. Throws EXISTS for a name that has one. */
export async function createToken(
  { change, clock, publicUrl }: Pick<HubParts, 'change' | 'clock' | 'publicUrl'>,
  { name, role, by }: Input<'createToken'>,
  _: AbortSignal,
  caller: string | null,
): Promise<Answer<'createToken'>> {
  const token = prefix + newSeed();
  const at = new Date(clock.now()).toISOString();
  const made: NamedToken = { name, role, digest: digestOf(token), by: deciderOf(caller, by), at };
  return change(`token create ${name} as ${role}`, 'registry', ({ tokens }) => {
    if (name === reserved || tokens.some((one) => one.name === name)) {
      const hint = 'revoke it first, or give another name: each person and program has a token of its own';
      throw new SluiceError('EXISTS', 'there is a token of this name', { subject: name, hint });
    }
    const changes = { tokens: [...tokens, made].sort(sortedBy((one) => one.name)) };
    return { changes, result: { name, role, token, url: publicUrl() } };
  });
}

/** The tokens that there are, without the tokens themselves. */
export function listTokens({ state }: Pick<HubParts, 'state'>): Answer<'tokens'> {
  return { tokens: state().tokens.map(({ name, role, by, at }) => ({ name, role, by, at })) };
}

/** Refuses a token from now on. Throws REFERENCE_NOT_FOUND. */
export async function revokeToken(
  { change }: Pick<HubParts, 'change'>,
  { name }: Input<'revokeToken'>,
): Promise<Answer<'revokeToken'>> {
  return change(`token revoke ${name}`, 'registry', ({ tokens }) => {
    const found = tokens.find((one) => one.name === name);
    if (found === undefined) {
      const hint = 'see `sluice-hub token list`; the admin token is the file admin-token of the data folder';
      throw new SluiceError('REFERENCE_NOT_FOUND', 'there is no token of this name', { subject: name, hint });
    }
    const { role, by, at } = found;
    return { changes: { tokens: tokens.filter((one) => one !== found) }, result: { name, role, by, at } };
  });
}
