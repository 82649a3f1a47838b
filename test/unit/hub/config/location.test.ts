import { describe, expect, it } from 'vitest';
import { assertNoCredentials, isUrl } from '../../../../hub/config/location.ts';

describe('the place of a repository', () => {
  it.each([
    ['https://git.example.com/a.git', true],
    ['ssh://git@example.com/a.git', true],
    ['file:///srv/a', true],
    ['config', false],
    ['/srv/config', false],
    ['./https://x', false],
    ['C:/config', false],
  ])('%s is a URL: %s', (text, expected) => expect(isUrl(text)).toBe(expected));

  it.each(['https://user@git.example.com/a', 'https://:secret@git.example.com/a'])('%s carries credentials', (url) => {
    expect(() => assertNoCredentials(url)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        data: expect.objectContaining({ subject: 'https://git.example.com' }) as unknown,
      }),
    );
  });

  it('has none in most URLs', () => expect(() => assertNoCredentials('https://git.example.com/a@b:c')).not.toThrow());
});
