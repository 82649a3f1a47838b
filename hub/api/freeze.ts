import { z } from 'zod';
import { person, reason } from './person.ts';

export const freezeBody = z
  .strictObject({
    reason: reason.min(1).describe('Why; it is shown wherever something waits for its end.'),
    until: z.iso.datetime().nullable().default(null).describe('When it ends by itself; null = it does not.'),
    by: person,
  })
  .meta({ id: 'FreezeBody' });

export const unfreezeBody = z.strictObject({ by: person }).meta({ id: 'UnfreezeBody' });

export const freezeAnswer = z
  .object({
    frozen: z
      .object({ reason: z.string(), by: z.string(), at: z.string(), until: z.string().nullable() })
      .nullable()
      .describe('What is in force now; null = deliveries go on.'),
  })
  .meta({ id: 'FreezeAnswer' });
