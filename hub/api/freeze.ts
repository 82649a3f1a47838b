import { z } from 'zod';

const plain = /^\P{Cc}*$/u;
const who = z.string().min(1).max(200).regex(plain, 'a name has no control characters').optional();

export const freezeBody = z
  .strictObject({
    reason: z
      .string()
      .min(1)
      .max(500)
      .regex(plain, 'a reason has no control characters')
      .describe('Why; it is shown wherever something waits for its end.'),
    until: z.iso.datetime().nullable().default(null).describe('When it ends by itself; null = it does not.'),
    by: who,
  })
  .meta({ id: 'FreezeBody' });

export const unfreezeBody = z.strictObject({ by: who }).meta({ id: 'UnfreezeBody' });

export const freezeAnswer = z
  .object({
    frozen: z
      .object({ reason: z.string(), by: z.string(), at: z.string(), until: z.string().nullable() })
      .nullable()
      .describe('What is in force now; null = deliveries go on.'),
  })
  .meta({ id: 'FreezeAnswer' });
