import { describe, expect, it } from 'vitest';
import { matchingPaths } from '../../../../hub/sources/paths.ts';

const paths = ['a/b/c.yaml', 'a/d.yml', 'a/e.json', 'a/notes.txt', 'ab/f.yaml', 'top.yaml', 'UP.YAML'];

describe('files that a component names', () => {
  it.each([
    [{ path: 'a/d.yml' }, ['a/d.yml']],
    [{ path: './a/d.yml' }, ['a/d.yml']],
    [{ path: 'a' }, ['a/b/c.yaml', 'a/d.yml', 'a/e.json']],
    [{ path: 'a/' }, ['a/b/c.yaml', 'a/d.yml', 'a/e.json']],
    [{ glob: '*.yaml' }, ['top.yaml']],
    [{ glob: '**/*.yaml' }, ['a/b/c.yaml', 'ab/f.yaml', 'top.yaml']],
    [{ glob: 'a/*.{yml,json}' }, ['a/d.yml', 'a/e.json']],
    [{ glob: 'a?/*.yaml' }, ['ab/f.yaml']],
    [{ glob: 'a/**' }, ['a/b/c.yaml', 'a/d.yml', 'a/e.json']],
    [{ glob: '*.YAML' }, ['UP.YAML']],
    [{ path: '.' }, ['UP.YAML', 'a/b/c.yaml', 'a/d.yml', 'a/e.json', 'ab/f.yaml', 'top.yaml']],
    [{ glob: 'a.b' }, []],
    [{}, []],
  ])('%j', (wanted, expected) => {
    expect(matchingPaths(wanted, paths)).toEqual(expected);
  });
});
