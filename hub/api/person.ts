import { z } from 'zod';

const plain = /^\P{Cc}*$/u;

/** Who decides, as they say it. */
export const person = z.string().min(1).max(200).regex(plain, 'a name has no control characters').optional();

/** Why, in words of a person: at most 500 characters. */
export const reason = z.string().max(500).regex(plain, 'a reason has no control characters');
