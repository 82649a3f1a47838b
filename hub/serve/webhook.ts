import { createHmac } from 'node:crypto';
import { isSame } from './auth.ts';

/** True for a webhook that proves the secret: GitHub's and Gitea's HMAC of the body, or GitLab's token. */
export function isSignedWebhook(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Uint8Array,
  secret: string,
): boolean {
  const signature = headers['x-hub-signature-256'];
  if (typeof signature === 'string') {
    return isSame(signature, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  }
  const token = headers['x-gitlab-token'];
  return typeof token === 'string' && isSame(token, secret);
}
