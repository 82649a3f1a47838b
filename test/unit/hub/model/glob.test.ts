import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanPath, compileGlob, globFault, globLimits } from '../../../../hub/model/glob.ts';

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
    ['a{}b', 'a{}b', true],
    ['{a', '{a', true],
    ['{,x/}a', 'x/a', true],
    ['{,x/}a', 'a', true],
    ['?.yaml', '\u{1f600}.yaml', true],
    ['**', 'a\nb', true],
    ['A.yaml', 'a.yaml', false],
    ['a**b', 'a/x/b', true],
    ['a/**', 'a', false],
  ])('%s and %s: %s', (pattern, path, matches) => {
    expect(compileGlob(pattern).covers(path)).toBe(matches);
  });
});

/** What a glob means, as plainly as it can be said, and as slowly. */
function named(pattern: string, path: string): boolean {
  if (pattern === '') return path === '';
  const ends = [...path.split(''), ''].map((_, at) => path.slice(at));
  if (pattern.startsWith('**/')) {
    const below = ends.filter((_, at) => at === 0 || path[at - 1] === '/');
    return below.some((rest) => named(pattern.slice(3), rest));
  }
  if (pattern.startsWith('**')) return ends.some((rest) => named(pattern.slice(2), rest));
  if (pattern.startsWith('*')) {
    const slash = path.indexOf('/');
    const last = slash < 0 ? path.length : slash;
    return ends.some((rest, at) => at <= last && named(pattern.slice(1), rest));
  }
  const [, alternatives] = /^\{([^{}]+)\}/.exec(pattern) ?? [];
  if (alternatives !== undefined) {
    const rest = pattern.slice(alternatives.length + 2);
    return alternatives.split(',').some((one) => path.startsWith(one) && named(rest, path.slice(one.length)));
  }
  const fits = pattern.startsWith('?') ? path !== '' && !path.startsWith('/') : path.startsWith(pattern.slice(0, 1));
  return path !== '' && fits && named(pattern.slice(1), path.slice(1));
}

describe('any glob', () => {
  const parts = fc.constantFrom('a', 'b', '/', '*', '**', '**/', '?', '{a,b}', '{,a/b}', '{', '}', '.');
  const patterns = fc.array(parts, { minLength: 1, maxLength: 8 }).map((some) => some.join(''));
  const paths = fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 10 }).map((some) => some.join(''));
  const plain = (text: string) => cleanPath(text) === text && text !== '' && text !== '.';

  it('names what its parts say, and covers what lies below that', () => {
    fc.assert(
      fc.property(patterns.filter(plain), paths, (pattern, path) => {
        const glob = compileGlob(pattern);
        const above = path.split('').flatMap((one, at) => (one === '/' ? [path.slice(0, at)] : []));
        expect(glob.names(path)).toBe(named(pattern, path));
        expect(glob.covers(path)).toBe([path, ...above].some((one) => named(pattern, one)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('says the same of a path, whatever it was asked of before', () => {
    fc.assert(
      fc.property(patterns.filter(plain), fc.array(paths, { maxLength: 20 }), (pattern, some) => {
        const glob = compileGlob(pattern);
        expect(some.map(glob.names)).toEqual(some.map((path) => named(pattern, path)));
      }),
    );
  });

  it('is asked of many paths in a step a character', () => {
    const glob = compileGlob('**/*.yaml');
    for (const name of ['a', 'b', 'c']) glob.names(`apps/web/${name}.yaml`);
    expect(glob.look('apps/web/a.yaml').steps).toBe('apps/web/a.yaml'.length);
  });

  it('says the same when it has forgotten where all its ways lead', () => {
    const glob = compileGlob(`**${'a'.repeat(1_000)}`);
    const path = `${'a'.repeat(1_500)}b${'a'.repeat(999)}`;
    expect([path, `${path}a`, 'a'].map(glob.names)).toEqual([false, true, false]);
  });

  it('takes steps in proportion to the path, whatever the pattern', () => {
    const wild = fc.array(fc.constantFrom('a', '*', '**/', '**', '{a,aa,aaa}', '?', '/'), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(wild, fc.integer({ min: 1, max: 400 }), fc.constantFrom('a', 'a/', 'ab'), (some, times, text) => {
        const [pattern, path] = [some.join(''), text.repeat(times)];
        const { steps } = compileGlob(pattern).look(path);
        expect(steps).toBeLessThanOrEqual(8 * (pattern.length + 2) * (path.length + 1));
      }),
    );
  });

  it.each([
    ['*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b.yaml', 'a'.repeat(60)],
    [`${'**/'.repeat(10)}x.yaml`, `${'a/'.repeat(30)}y.yaml`],
    [`${'{a,aa}'.repeat(20)}b`, 'a'.repeat(80)],
    [`${'**'.repeat(16)}b`, 'a/'.repeat(500)],
  ])('%s is asked of a hostile path in few steps', (pattern, path) => {
    expect(compileGlob(pattern).look(path)).toMatchObject({ named: false });
    expect(compileGlob(pattern).look(path).steps).toBeLessThan(60 * path.length);
  });

  it('is refused when it is too long or has too many wildcards, and then names nothing', () => {
    const many = '*a'.repeat(globLimits.wildcards + 1);
    const long = 'a'.repeat(globLimits.characters + 1);
    expect([globFault(many), globFault(long), globFault('a/*')]).toEqual([
      'a pattern has at most 32 wildcards',
      'a pattern has at most 1024 characters',
      null,
    ]);
    expect(compileGlob(long).covers(long)).toBe(false);
  });
});
