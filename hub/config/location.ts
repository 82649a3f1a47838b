import { SluiceError } from '../../shared/errors.ts';

/** True for what is a URL rather than a folder. */
export function isUrl(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location);
}

/** Throws CONFIG_INVALID for a URL with credentials in it: URLs are repeated in logs, status and bundles. */
export function assertNoCredentials(url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.username === '' && parsed.password === '')) return;
  throw new SluiceError('CONFIG_INVALID', 'a URL must not carry credentials', {
    subject: `${parsed.protocol}//${parsed.host}`,
    hint: 'put the token into a file, and name it with tokenFile',
  });
}
