import type { Answer, Input } from '../api/routes.ts';
import { remove } from '../registry/change.ts';
import type { ChangePort } from './parts.ts';

/** Decommissions a cluster; it is gone at once when it never had a bundle, or is to be forgotten. Throws REFERENCE_NOT_FOUND. */
export async function removeCluster(
  { change }: Pick<ChangePort, 'change'>,
  { name, mode, forget }: Input<'remove'>,
): Promise<Answer<'remove'>> {
  const record = await change(`remove ${name}`, 'registry', (state) => remove(state, name, { mode, forget }));
  return { name, state: record === null ? 'gone' : 'leaving' };
}
