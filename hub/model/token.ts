/** What the holder of a token may do, least first: each role may do what those before it may. */
export const tokenRoles = ['view', 'approve', 'admin'] as const;
export type TokenRole = (typeof tokenRoles)[number];

/** A person's or program's token as the ledger keeps it. The token itself is 32 random bytes, and nowhere. */
export interface NamedToken {
  readonly name: string;
  readonly role: TokenRole;
  /** Of the token's text. */
  readonly digest: string;
  /** Who made it. */
  readonly by: string;
  /** ISO time. */
  readonly at: string;
}

/** True where a role is enough for what needs another one. */
export function isEnough(role: TokenRole, needed: TokenRole): boolean {
  return tokenRoles.indexOf(role) >= tokenRoles.indexOf(needed);
}

/**
 * Who decided, for the ledger: the name of the token (null = the admin token, which says nothing of who has it), and what the
 * caller adds to it.
 */
export function deciderOf(token: string | null, by: string | undefined): string {
  if (token === null) return by ?? 'admin';
  return by === undefined || by === token ? token : `${token} (${by})`;
}
