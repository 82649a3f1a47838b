import type { WindowState } from '../../shared/lib/window.ts';
import type { JoinTicket } from '../../shared/wire/join.ts';
import type { Kube } from './kube.ts';

/** Who this agent is and which root key it trusts: the join line without the token. */
export type Identity = Omit<JoinTicket, 'token' | 'expires' | 'format'>;

/** Changes are held until then (milliseconds since the epoch; null = until the hold is removed), with the reason. */
export interface Hold {
  readonly until: number | null;
  readonly reason: string;
  /** Set where the site's window is closed, and it is not held by hand. */
  readonly isWindow?: true;
}

/** When a site lets changes happen. */
export interface SiteWindow {
  /** As the site wrote it; or why it cannot be read, and then it never opens. */
  readonly text: string;
  readonly at: (now: number) => WindowState;
}

/** The ConfigMap `sluice-site` of the site's operator. */
export interface Site {
  /** Labels with the prefix `site.sluice.dev/`. */
  readonly labels: Readonly<Record<string, string>>;
  /** The hold that its operator set by hand. */
  readonly hold: Hold | null;
  /** Changes happen while it is open, and are held otherwise; null = always. */
  readonly window: SiteWindow | null;
  /** Registrations whose objects this agent may take over: predecessors of this cluster, or another hub's. */
  readonly takeOverFrom?: readonly string[];
}

/** The ServiceAccounts under whose rights a site lets applications be written. */
export interface Impersonation {
  /** Name of the account by namespace: it writes the applications of its own namespace. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Name of the account in every other namespace; null = applications of other namespaces are not written. */
  readonly fallback: string | null;
}

/** The client that writes one application, and the account that it impersonates (null = the agent itself). */
export interface AppWriter {
  readonly user: string | null;
  readonly kube: Kube;
}

/** How far into a cluster the applications of a bundle may reach; what is not allowed is never requested. */
export interface Reach {
  /** Into the namespaces of Kubernetes itself. */
  readonly systemNamespaces: boolean;
  /** Into the nodes: pods that are privileged, or share the node's network, processes, ports or files. */
  readonly hosts: boolean;
}
