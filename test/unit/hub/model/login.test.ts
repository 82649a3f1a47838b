import { describe, expect, it } from 'vitest';
import { gitAuthorization } from '../../../../hub/model/login.ts';

describe('the Authorization header that a token file stands for', () => {
  it.each([
    ['a token, under a user name that no host looks at', 'glpat-1\n', 'git:glpat-1'],
    ['a user and a password', 'robot:pa:ss\n', 'robot:pa:ss'],
  ])('is %s', (_title, text, pair) => {
    expect(gitAuthorization(text)).toBe(`Basic ${Buffer.from(pair).toString('base64')}`);
  });
});
