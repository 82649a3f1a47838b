import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asSluiceError, codes, errorJson, errorLine, isSluiceError, SluiceError } from '../../../shared/errors.ts';

describe('the codes', () => {
  it('stand in docs/errors.md with their exit status, each once, and no others', () => {
    const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const documented = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(
      ([, code, exit]) => `${code ?? ''} ${exit ?? ''}`,
    );
    expect(documented.sort()).toEqual(
      Object.entries(codes)
        .map(([code, { exit }]) => `${code} ${exit}`)
        .sort(),
    );
  });
});

describe('an error', () => {
  it.each([
    [
      'a place in a file',
      { path: 'a.yaml', line: 3, column: 5, hint: 'quote it' },
      'error[YAML_SYNTAX] bad value; a.yaml:3:5; quote it',
    ],
    ['a subject', { subject: 'default/shop' }, 'error[YAML_SYNTAX] bad value; default/shop'],
    ['nothing else', {}, 'error[YAML_SYNTAX] bad value'],
  ])('is one line with %s', (_, data, line) => {
    expect(errorLine(new SluiceError('YAML_SYNTAX', 'bad\n  value', data))).toBe(line);
  });

  it('has the facts of its line as JSON', () => {
    expect(errorJson(new SluiceError('MASS_DELETE', 'too many', { path: 'a', line: 1, facts: { limit: 10 } }))).toEqual(
      {
        code: 'MASS_DELETE',
        message: 'too many',
        path: 'a',
        line: 1,
        limit: 10,
      },
    );
  });

  it('keeps what it was made from, and its code, exit status and retry class', () => {
    const cause = new Error('reset');
    const error = asSluiceError(cause, 'UNAVAILABLE', { subject: 'hub' });
    expect([error.code, error.exitCode, error.retry, error.cause]).toEqual(['UNAVAILABLE', 7, 'backoff', cause]);
    expect(asSluiceError(error)).toBe(error);
    expect(isSluiceError(error, 'TIMEOUT')).toBe(false);
    expect(asSluiceError(new DOMException('stop', 'AbortError')).code).toBe('ABORTED');
  });
});

describe('an error of the operating system', () => {
  it.each(['ENOSPC', 'EROFS', 'EACCES', 'EMFILE', 'EIO', 'ENOENT'])(
    'is told as what the disk refuses, where, and with what to do: %s',
    (code) => {
      const found = asSluiceError(Object.assign(new Error(`${code}: x`), { code, syscall: 'open', path: '/data/x' }));
      expect([found.code, found.message, found.data.path]).toEqual([
        ...['UNAVAILABLE', `the disk refuses: ${code} (open)`, '/data/x'],
      ]);
      expect(found.data.hint).toMatch(/\w/);
    },
  );

  it('is a bug where nothing is known of it', () => {
    expect(asSluiceError(Object.assign(new Error('x'), { code: 'EWEIRD', syscall: 'open' })).code).toBe('INTERNAL');
  });
});
