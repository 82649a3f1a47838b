import type { Agent } from './agent.ts';
import type { Kube } from './kube.ts';
import type { Impersonation } from './site.ts';

/** Under whose rights an application (`namespace/name`) is written: the agent's own, an account's, or nobody's. */
export type Writer =
  { readonly is: 'agent' } | { readonly is: 'account'; readonly user: string } | { readonly is: 'nobody' };

/** Who writes an application here. Only the site decides: nothing that a bundle says chooses an account. */
export function writerOf(impersonation: Impersonation | null, app: string): Writer {
  if (impersonation === null) return { is: 'agent' };
  const namespace = namespaceOf(app);
  const { accounts, fallback } = impersonation;
  const name = Object.hasOwn(accounts, namespace) ? accounts[namespace] : fallback;
  if (name === undefined || name === null) return { is: 'nobody' };
  return { is: 'account', user: `system:serviceaccount:${namespace}:${name}` };
}

/** Why an application may not be written here at all; null = it may. */
export function writeObjection(impersonation: Impersonation | null, app: string): string | null {
  if (writerOf(impersonation, app).is !== 'nobody') return null;
  return `this site names no ServiceAccount that may write applications of namespace ${namespaceOf(app)}`;
}

/** The cluster as who writes an application may write it; ask `writeObjection` first: what nobody may write is the agent's own here. */
export function kubeFor(agent: Pick<Agent, 'kube' | 'deps'>, app: string): Kube {
  const writer = writerOf(agent.deps.settings.impersonation, app);
  return writer.is === 'account' ? agent.kube.as(writer.user) : agent.kube;
}

function namespaceOf(app: string): string {
  return app.slice(0, app.indexOf('/'));
}
