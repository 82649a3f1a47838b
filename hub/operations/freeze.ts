import { SluiceError } from '../../shared/errors.ts';
import type { Answer, Input } from '../api/routes.ts';
import { deciderOf } from '../model/token.ts';
import type { HubParts } from './parts.ts';

type Parts = Pick<HubParts, 'change' | 'clock'>;

/** Stops all starts in the whole fleet. Throws USAGE for an end that is over already. */
export async function freezeFleet(
  { change, clock }: Parts,
  { reason, until, by }: Input<'freeze'>,
  _: AbortSignal,
  token: string | null,
): Promise<Answer<'freeze'>> {
  const now = clock.now();
  if (until !== null && Date.parse(until) <= now) {
    throw new SluiceError('USAGE', 'this time is over already', { subject: until, hint: 'give a later one' });
  }
  const frozen = { reason, by: deciderOf(token, by), at: new Date(now).toISOString(), until };
  return change('freeze', 'approval', () => ({ changes: { freeze: frozen }, result: { frozen } }));
}

/** Lets deliveries go on. Throws CONFLICT where nothing is frozen. */
export async function unfreezeFleet(
  { change }: Parts,
  { by }: Input<'unfreeze'>,
  _: AbortSignal,
  token: string | null,
): Promise<Answer<'unfreeze'>> {
  return change(`unfreeze by ${deciderOf(token, by)}`, 'approval', ({ freeze }) => {
    if (freeze !== null) return { changes: { freeze: null }, result: { frozen: null } };
    throw new SluiceError('CONFLICT', 'nothing is frozen', { hint: 'see `sluice-hub rollout list`' });
  });
}
