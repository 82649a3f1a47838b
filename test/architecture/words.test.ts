import { describe, expect, it } from 'vitest';
import { commentsOf, sentencesOf } from './comments.ts';
import { readSources } from './imports.ts';
import { refusedWords } from './words.ts';

const sources = readSources(['shared', 'hub', 'agent']);

describe('words', () => {
  it.each([
    ['comments', sources.flatMap(commentsOf)],
    ['texts for users', sources.flatMap(sentencesOf)],
  ])('of %s are plain: none of the refused ones', (_, texts) => {
    expect(texts.length).toBeGreaterThan(300);
    const found = texts.flatMap(({ path, line, text }) =>
      refusedWords
        .filter(([pattern]) => pattern.test(text))
        .map(([pattern, instead]) => `${path}:${line} "${pattern.exec(text)?.[0] ?? ''}": ${instead}`),
    );
    expect(found).toEqual([]);
  });
});
