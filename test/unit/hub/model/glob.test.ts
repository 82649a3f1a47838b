import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../../hub/model/glob.ts';

describe('globs', () => {
  it.each([
    ['apps', 'apps/a.yaml', true],
    ['apps', 'apps2/a.yaml', false],
    ['./apps/', 'apps/a.yaml', true],
    ['apps/*.yaml', 'apps/a.yaml', true],
    ['apps/*.yaml', 'apps/x/a.yaml', false],
    ['apps/**/*.yaml', 'apps/a.yaml', true],
    ['apps/**/*.yaml', 'apps/x/y/a.yaml', true],
    ['**/templates', 'charts/x/templates/a.yaml', true],
    ['**/templates', 'templates/a.yaml', true],
    ['**', 'a/b', true],
    ['.', 'a/b', true],
    ['a?.yaml', 'ab.yaml', true],
    ['a?.yaml', 'a/.yaml', false],
    ['{a,b}/*.yml', 'b/x.yml', true],
    ['{a,b}/*.yml', 'c/x.yml', false],
    ['a.yaml', 'axyaml', false],
    ['a+(b)[c]', 'a+(b)[c]', true],
  ])('%s and %s: %s', (pattern, path, matches) => {
    expect(matchesGlob(pattern, path)).toBe(matches);
  });
});
