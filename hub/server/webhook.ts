import { createHmac } from 'node:crypto';
import type { PushHint } from '../../shared/ports/repo.ts';
import { isSameSecret } from './auth.ts';

/** True for a webhook that proves the secret: GitHub's and Gitea's HMAC of the body, or GitLab's token. */
export function isSignedWebhook(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Uint8Array,
  secret: string,
): boolean {
  const signature = headers['x-hub-signature-256'];
  if (typeof signature === 'string') {
    return isSameSecret(signature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  }
  const token = headers['x-gitlab-token'];
  return typeof token === 'string' && isSameSecret(token, secret);
}

/** The commits of a Git host's push event (`before` and `after`); null for a body without them. It is only a hint. */
export function pushOf(body: Uint8Array): PushHint | null {
  try {
    const event: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    const { before, after } = Object(event) as Readonly<Record<string, unknown>>;
    return isCommit(before) && isCommit(after) ? { before, after } : null;
  } catch {
    return null;
  }
}

function isCommit(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{40}$/.test(value) && !/^0+$/.test(value);
}
