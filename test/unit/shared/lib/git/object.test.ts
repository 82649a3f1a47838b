import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { oidOf } from '../../../../../shared/lib/git/object.ts';

describe('the name of an object', () => {
  const git = (type: string, body: Uint8Array): string =>
    execFileSync('git', ['hash-object', '--literally', '-t', type, '--stdin'], { input: body }).toString().trim();

  // The head is `blob 8182` and a zero byte.
  it.each([0, 1, 511, 8_181, 8_182, 8_183, 8_192, 100_000])('is that of Git for %i bytes', (size) => {
    const body = Buffer.from(Array.from({ length: size }, (_, at) => (at * 31) % 256));
    for (const type of ['blob', 'commit']) expect(oidOf(type, body)).toBe(git(type, body));
  });

  it('does not depend on the object before', () => {
    const before = oidOf('blob', Buffer.from('a long one'));
    const short = oidOf('blob', Buffer.from('short'));
    expect(oidOf('blob', Buffer.from('a long one'))).toBe(before);
    expect(oidOf('blob', Buffer.from('short'))).toBe(short);
    expect(short).toBe(git('blob', Buffer.from('short')));
  });
});
