import type { Answer, Input } from '../api/routes.ts';
import { recordOf, remove } from '../registry/change.ts';
import type { HubParts } from './parts.ts';

/** Decommissions a cluster; it is gone at once, and its stream ends, when it never had a bundle, or is to be forgotten. Throws REFERENCE_NOT_FOUND, CONFLICT. */
export async function removeCluster(
  { change, onRevoked }: Pick<HubParts, 'change' | 'onRevoked'>,
  { name, mode, forget, registration }: Input<'remove'>,
): Promise<Answer<'remove'>> {
  const { record, former } = await change(`remove ${name}`, 'registry', (state) => {
    const removed = remove(state, name, { mode, forget }, registration);
    return { ...removed, result: { record: removed.result, former: recordOf(state, name) } };
  });
  if (record === null) onRevoked(former.registration);
  return { name, state: record === null ? 'gone' : 'leaving' };
}
