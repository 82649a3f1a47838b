import type { AgentSettings } from '../model/deps.ts';
import type { Site } from '../model/site.ts';
import { fieldManager } from '../../shared/model/names.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { unmatchedLabels, type Labels } from '../../shared/model/selector.ts';
import type { BundleApp, Revision } from '../../shared/wire/revision.ts';
import { writeObjection } from './accounts.ts';
import { namespaceObjection } from './reach.ts';

/** Which applications this site takes, and why not the others. Skipped is not deleted. */
export interface Selection {
  readonly selected: readonly BundleApp[];
  readonly skipped: readonly { readonly app: BundleApp; readonly reason: string }[];
}

/** Compares every application's selector with the hub's and the site's labels together; a site label wins over the hub's. */
export function selectApps(revision: Pick<Revision, 'apps' | 'labels'>, site: Site): Selection {
  const labels: Labels = { ...revision.labels, ...site.labels };
  const judged = revision.apps.map((app) => ({ app, unmatched: unmatchedLabels(app.selector, labels) }));
  return {
    selected: judged.filter(({ unmatched }) => unmatched.length === 0).map(({ app }) => app),
    skipped: judged
      .filter(({ unmatched }) => unmatched.length > 0)
      .map(({ app, unmatched }) => ({ app, reason: `this cluster has not ${unmatched.join(', ')}` })),
  };
}

/**
 * Why an object of an application (`namespace/name`) must never be applied or deleted here: it is in the agent's own namespace, or
 * one of its own rights, in a namespace of
 * Kubernetes that the site does not allow, or the site names no account for that application. Null = it may.
 */
export function offLimits(
  id: ObjectId,
  app: string,
  settings: Pick<AgentSettings, 'namespace' | 'namespaces' | 'reach' | 'impersonation'>,
): string | null {
  const { group, kind, namespace, name } = parseObjectId(id);
  const ownNamespace = settings.namespace;
  if (namespace === ownNamespace) return "the agent's own namespace is off limits";
  if (group === '' && kind === 'Namespace' && name === ownNamespace) return "the agent's own namespace is off limits";
  const isOwnRights =
    group === 'rbac.authorization.k8s.io' && (name === fieldManager || name.startsWith(`${fieldManager}-`));
  if (isOwnRights) return "the agent's own rights are off limits";
  return namespaceObjection(id, settings) ?? writeObjection(settings.impersonation, app);
}
