import { z } from 'zod';
import { counter, uuid } from '../../../shared/wire/schema.ts';
import type { StateIdentity } from '../../model/state.ts';

/** The file of a ledger that names its channel and epoch. */
export const identityPath = 'ledger.json';

/** Its format 1. */
export const identityFile = z.strictObject({ format: z.literal(1), channel: uuid, epoch: counter });

/** What that file says of a state. */
export function identityOf({ channel, epoch }: StateIdentity): z.infer<typeof identityFile> {
  return { format: 1, channel, epoch };
}
