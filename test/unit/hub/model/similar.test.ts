import { describe, expect, it } from 'vitest';
import { similar } from '../../../../hub/model/similar.ts';

describe('the word that was meant', () => {
  const known = ['components', 'policies', 'workflow', 'image'];
  it.each([
    ['component', 'components'],
    ['componnets', 'components'],
    ['Components', 'components'],
    ['policy', undefined],
    ['polices', 'policies'],
    ['imgae', 'image'],
    ['im', undefined],
    ['', undefined],
    ['something', undefined],
  ])('%s -> %s', (word, meant) => {
    expect(similar(word, known)).toBe(meant);
  });
});
