import type { Kube } from '../model/kube.ts';
import type { AppWriter, Impersonation } from '../model/site.ts';

/** The account that writes an application (`namespace/name`): the agent's own, a ServiceAccount, or none that the site names. */
export type Account =
  { readonly is: 'agent' } | { readonly is: 'account'; readonly user: string } | { readonly is: 'none' };

/** The account that writes an application here. Only the site decides: nothing in a bundle chooses an account. */
export function accountOf(impersonation: Impersonation | null, app: string): Account {
  if (impersonation === null) return { is: 'agent' };
  const namespace = namespaceOf(app);
  const { accounts, fallback } = impersonation;
  const name = Object.hasOwn(accounts, namespace) ? accounts[namespace] : fallback;
  if (name === undefined || name === null) return { is: 'none' };
  return { is: 'account', user: `system:serviceaccount:${namespace}:${name}` };
}

/** Why an application may not be written here at all; null = it may. */
export function writeObjection(impersonation: Impersonation | null, app: string): string | null {
  if (accountOf(impersonation, app).is !== 'none') return null;
  return `this site names no ServiceAccount that may write applications of namespace ${namespaceOf(app)}`;
}

/**
 * The client that writes an application: one that impersonates its ServiceAccount, else the agent's own. Ask `writeObjection`
 * first: an application without an account gets the agent's own client here.
 */
export function writerFor(kube: Kube, impersonation: Impersonation | null, app: string): AppWriter {
  const account = accountOf(impersonation, app);
  return account.is === 'account' ? { user: account.user, kube: kube.as(account.user) } : { user: null, kube };
}

function namespaceOf(app: string): string {
  return app.slice(0, app.indexOf('/'));
}
