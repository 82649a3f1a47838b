import { SluiceError } from '../../shared/errors.ts';

/** `key=value` pairs as labels; throws USAGE for anything else. What a label may be is the hub's to say (`hub/model/name-forms.ts`). */
export function parseLabels(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const match = /^([^=\s]+)=([^=]*)$/.exec(pair);
      if (match?.[1] === undefined) {
        throw new SluiceError('USAGE', 'not a label', { subject: pair, hint: 'write key=value, several with commas' });
      }
      return [match[1], match[2] ?? ''];
    }),
  );
}

/** `key=value` sets a label, `key-` removes it (null); throws USAGE for anything else. */
export function parseLabelChanges(words: readonly string[]): Record<string, string | null> {
  const isRemoval = (word: string) => word.endsWith('-') && !word.includes('=');
  return {
    ...parseLabels(words.filter((word) => !isRemoval(word))),
    ...Object.fromEntries(words.filter(isRemoval).map((word) => [word.slice(0, -1), null] as const)),
  };
}
