import { z } from 'zod';
import { hasForm } from '../model/name-forms.ts';
import { tokenRoles } from '../model/token.ts';

const role = z.enum(tokenRoles).describe('`view` reads, `approve` decides, too, `admin` does everything.');

export const tokenBody = z
  .strictObject({
    name: z
      .string()
      .refine((name) => hasForm('subdomain', name), 'a name has lower case letters, digits, dashes and dots'),
    role,
    by: z
      .string()
      .min(1)
      .max(200)
      .regex(/^\P{Cc}*$/u, 'a name has no control characters')
      .optional()
      .describe('Who made it, for the ledger.'),
  })
  .meta({ id: 'TokenBody' });

export const tokenAnswer = z
  .object({ name: z.string(), role, token: z.string().describe('A secret, told this once.'), url: z.string() })
  .meta({ id: 'TokenAnswer' });

/** What `token list` shows of one: the token is nowhere. */
export const tokenEntry = z.object({ name: z.string(), role, by: z.string(), at: z.string() }).meta({ id: 'Token' });
export const tokenList = z.object({ tokens: z.array(tokenEntry) }).meta({ id: 'TokenList' });
