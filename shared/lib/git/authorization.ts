/**
 * The user name that goes with a bare token. GitHub wants this one beside the token of an App; it takes any beside a personal
 * token, as do GitLab and Gitea.
 */
const tokenUser = 'x-access-token';

/** The Authorization header for a Git host that a credential file stands for: `user:password`, or a bare token. */
export function gitAuthorization(text: string): string {
  const secret = text.trim();
  const pair = secret.includes(':') ? secret : `${tokenUser}:${secret}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
