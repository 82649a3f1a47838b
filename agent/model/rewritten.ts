import type { Rewritten } from './inventory.ts';

/** Fields that are named in one text. */
const shown = 3;

/** What became of fields of ours while they were written, in words. */
export function rewrittenText(fields: readonly Rewritten[]): string {
  const named = fields.slice(0, shown).map(({ field, ours, theirs }) => {
    if (theirs === 'missing') return `${field} is missing`;
    return ours === theirs ? `${field} has another value` : `${field} is ${theirs}, not ${ours}`;
  });
  const more = fields.length > shown ? ' and more' : '';
  return `changed while it was written, by a webhook or an admission policy: ${named.join(', ')}${more}`;
}
