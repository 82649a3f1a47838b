import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SluiceError, type Code } from '../../shared/errors.ts';

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

/** What `user@host:path` names, as Git and SSH read it. */
const scpAddress = /^[^/\\:]+@([^/\\:]+:.+)$/;
const read: readonly (string | undefined)[] = ['http', 'https', 'file'];

/**
 * Throws an error of this code for an address that no transport of Sluice reads: SSH, also as `git@host:path`, `git://` and others.
 * User names and passwords are not repeated.
 */
export function assertTransport(location: string, code: Code): void {
  const scp = scpAddress.exec(location)?.[1];
  const scheme = scp === undefined ? /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase() : 'ssh';
  if (scheme === undefined || read.includes(scheme)) return;
  const what = scheme.includes('ssh') ? 'SSH to Git hosts is not supported' : `${scheme}:// is not supported`;
  throw new SluiceError(code, what, {
    subject: scp ?? withoutUser(location),
    hint: 'use the https:// address of the repository, with a token in a file (--token-file), or a folder',
  });
}

function withoutUser(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '' : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

/** Throws an error of this code for a folder, or a file:// URL of one, that is not there. */
export async function assertFolder(location: string, code: Code): Promise<void> {
  const path = /^file:/i.test(location) ? fileURLToPath(location) : location;
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return;
  const what = found === null ? 'there is no such folder' : 'this is not a folder';
  throw new SluiceError(code, what, { path, hint: 'name a folder or a Git work tree' });
}

/** Throws an error of this code where a config repository cannot be at this address. What a Git host says comes later. */
export async function assertSource(location: string, code: Code): Promise<void> {
  assertTransport(location, code);
  if (!/^https?:/i.test(location)) await assertFolder(location, code);
}
