import { describe, expect, it } from 'vitest';
import { gitAuthorization } from '../../../../../shared/lib/git/authorization.ts';

describe('the Authorization header that a credential file stands for', () => {
  it.each([
    ['a token, under the user name that GitHub wants', 'glpat-1\n', 'x-access-token:glpat-1'],
    ['a user and a password', 'robot:pa:ss\n', 'robot:pa:ss'],
  ])('is %s', (_title, text, pair) => {
    expect(gitAuthorization(text)).toBe(`Basic ${Buffer.from(pair).toString('base64')}`);
  });
});
