import type { JoinTicket } from '../../shared/wire/join.ts';

/** Who this agent is and whom it believes: from the join line, without the token. */
export type Identity = Omit<JoinTicket, 'token' | 'expires' | 'format'>;

/** What the site's operator said in the ConfigMap `sluice-site`. */
export interface Site {
  /** Labels with the prefix `site.sluice.dev/`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Changes are held until then (milliseconds since the epoch; null = until it is taken away), with the reason. */
  readonly hold: { readonly until: number | null; readonly reason: string } | null;
}

/** The ServiceAccounts under whose rights a site lets applications be written. */
export interface Impersonation {
  /** Name of the account by namespace: it writes the applications of its own namespace. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Name of the account in every other namespace; null = applications of other namespaces are not written. */
  readonly fallback: string | null;
}
