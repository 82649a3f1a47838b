/** The Authorization header for a Git host that a token file stands for: a token, or `user:password`. */
export function gitAuthorization(text: string): string {
  const secret = text.trim();
  // Git hosts take any user name beside a token.
  return `Basic ${Buffer.from(secret.includes(':') ? secret : `git:${secret}`).toString('base64')}`;
}
