import { z } from 'zod';
import { tokenRoles, type NamedToken } from '../../model/token.ts';
import { listSlice } from './list-slice.ts';
import { written } from './slice.ts';

const schema = written<NamedToken>(
  z.looseObject({ name: z.string(), role: z.enum(tokenRoles), digest: z.string(), by: z.string(), at: z.string() }),
);

/** Tokens of persons and programs, without the tokens themselves: `tokens.json`. */
export const tokens = listSlice('tokens', schema);
