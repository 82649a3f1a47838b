import type { Answer, Input } from '../api/routes.ts';
import { approve } from '../registry/change.ts';
import { deciderOf } from '../model/token.ts';
import type { HubParts } from './parts.ts';

/** Releases a change that a guard stopped. Throws CHANGE_NOT_FOUND. */
export async function approveChange(
  parts: Pick<HubParts, 'change' | 'clock'>,
  { change, by }: Input<'approve'>,
  _: AbortSignal,
  token: string | null,
): Promise<Answer<'approve'>> {
  const who = { by: deciderOf(token, by), at: new Date(parts.clock.now()).toISOString() };
  const approval = await parts.change(`approve ${change}`, 'approval', (state) => approve(state, change, who));
  return { change: approval.change, ids: [...approval.ids] };
}
