import { z } from 'zod';
import { checkSelector } from '../patch.ts';
import { definePolicy } from '../policy.ts';
import { replicate } from '../replicate.ts';

const key = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a key has lower case letters, digits and dashes');
const schema = z.strictObject({
  keys: z.array(key).min(1),
  /** Names (or patterns) of the components; absent or empty = all. */
  selector: z.array(z.string().min(1)).optional(),
});

/** `replication`: components that are there once for each key, `NAME-KEY`. */
export const replication = definePolicy({
  type: 'replication',
  isContent: true,
  schema,
  check: ({ properties: { keys, selector = [] } }, where) => {
    const { path, reporter } = where;
    for (const [index, one] of keys.entries()) {
      if (keys.indexOf(one) === index) continue;
      reporter.error('DOCUMENT_INVALID', [...path, 'keys', index], `a second key ${one}`, 'remove one of the two');
    }
    checkSelector(selector, [], where, [...path, 'selector']);
  },
  apply: ({ properties: { keys, selector = [] } }) => [
    { kind: 'components', isLast: true, edit: (components) => replicate(components, { keys, selector }) },
  ],
});
