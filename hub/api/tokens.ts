import { z } from 'zod';
import { hasForm } from '../model/name-forms.ts';
import { tokenRoles } from '../model/token.ts';
import { person } from './person.ts';
import type { Route } from './route.ts';

const role = z.enum(tokenRoles).describe('`view` reads, `approve` decides, too, `admin` does everything.');

const tokenBody = z
  .strictObject({
    name: z
      .string()
      .refine((name) => hasForm('subdomain', name), 'a name has lower case letters, digits, dashes and dots'),
    role,
    by: person.describe('Who made it, for the ledger.'),
  })
  .meta({ id: 'TokenBody' });

const tokenAnswer = z
  .object({ name: z.string(), role, token: z.string().describe('A secret, told this once.'), url: z.string() })
  .meta({ id: 'TokenAnswer' });

/** What `token list` shows of one: the token is nowhere. */
const tokenEntry = z.object({ name: z.string(), role, by: z.string(), at: z.string() }).meta({ id: 'Token' });
const tokenList = z.object({ tokens: z.array(tokenEntry) }).meta({ id: 'TokenList' });

/** The calls about them: rows of the table of routes. */
export const tokenRoutes = {
  tokens: {
    method: 'GET',
    path: '/v1/tokens',
    access: 'admin',
    description: 'The tokens of persons and programs: names, roles, and who made each.',
    status: 200,
    answer: tokenList,
  },
  createToken: {
    method: 'POST',
    path: '/v1/tokens',
    access: 'admin',
    description: 'Makes a token with a role, and answers it this once.',
    body: tokenBody,
    status: 201,
    answer: tokenAnswer,
  },
  revokeToken: {
    method: 'POST',
    path: '/v1/tokens/:name/revoke',
    access: 'admin',
    description: 'Refuses a token from now on.',
    status: 200,
    answer: tokenEntry,
  },
} as const satisfies Readonly<Record<string, Route>>;
