/** Nothing starts in the whole fleet: a person said so. */
export interface Freeze {
  readonly reason: string;
  readonly by: string;
  /** ISO times; null = until a person ends it. */
  readonly at: string;
  readonly until: string | null;
}

/** Why nothing starts at a moment (milliseconds since the epoch), and when that ends by itself; null = it may. */
export function frozenAt(
  freeze: Freeze | null,
  now: number,
): { readonly why: string; readonly until: number | null } | null {
  if (freeze === null) return null;
  const until = freeze.until === null ? null : Date.parse(freeze.until);
  if (until !== null && until <= now) return null;
  return { why: freezeText(freeze), until };
}

/** A freeze in words. */
export function freezeText({ reason, by, until }: Freeze): string {
  return `all deliveries are frozen by ${by} ${until === null ? 'until a person ends it' : `until ${until}`}: ${reason}`;
}
