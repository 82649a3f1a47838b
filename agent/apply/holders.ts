import type { Kube, KubeResource } from '../model/kube.ts';
import { isSluiceError, SluiceError } from '../../shared/errors.ts';
import { agentNames, owner } from '../../shared/model/names.ts';

const configMaps: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: ['get', 'list'],
  subresources: [],
};

/** What deciding about an object of another registration needs. */
export interface HolderContext {
  readonly kube: Kube;
  readonly registration: string;
  /** Registrations whose objects the site gives to this agent. */
  readonly takeOverFrom: readonly string[];
  /** Registrations that this cluster had before, as the bundle says. */
  readonly predecessors: readonly string[];
  readonly signal: AbortSignal;
}

/** An object that has a wanted name, and whether its manifest asks to take it over. */
export interface Held {
  /** The registration that it carries; undefined = none. */
  readonly holder: string | undefined;
  readonly mayAdopt: boolean;
}

/**
 * Throws OBJECT_FOREIGN, with what would help, unless the object may be taken over: the site gave its registration to this agent; or
 * its manifest says so, or the bundle names that registration as a former one of this cluster, and no agent of that registration is installed here, which would go on reporting it as its own.
 */
export async function assertMayTake(context: HolderContext, { holder, mayAdopt }: Held): Promise<void> {
  const isOthers = holder !== undefined && holder !== context.registration;
  if (isOthers && context.takeOverFrom.includes(holder)) return;
  if (!isOthers) {
    if (mayAdopt) return;
    throw foreign('', `annotate the manifest with ${owner.adopt}: "true" to take it over`);
  }
  const site = `put takeOverFrom: ${holder} into the ConfigMap ${agentNames.site} beside this agent`;
  if (!mayAdopt && !context.predecessors.includes(holder))
    throw foreign(holder, `${site}, or annotate the manifest with ${owner.adopt}: "true", to take it over`);
  const namespace = await namespaceOf(context, holder);
  if (namespace === null) return;
  const where = namespace === '' ? 'somewhere here that may not be read' : `in namespace ${namespace}`;
  throw foreign(holder, `that registration may have an agent ${where}: uninstall it, or ${site}, to take it over`);
}

/** The namespace of the agent of a registration in this cluster; empty = that may not be read; null = there is none. */
async function namespaceOf({ kube, signal }: HolderContext, registration: string): Promise<string | null> {
  try {
    const { items } = await kube.list(configMaps, { metadataOnly: true, signal });
    for (const { metadata } of items.filter((one) => one.metadata.name === agentNames.state)) {
      const namespace = metadata.namespace ?? '';
      const object = await kube.get({ resource: configMaps, namespace, name: agentNames.state }, signal);
      const { state = '' } = (object['data'] ?? {}) as { readonly state?: string };
      if (state.includes(`"registration":"${registration}"`)) return namespace;
    }
    return null;
  } catch (error) {
    if (isSluiceError(error, 'FORBIDDEN')) return '';
    throw error;
  }
}

/** The fault of an object whose owner annotation was removed or changed: it is not ours any more (I1). */
export function disowned(): SluiceError {
  return new SluiceError('OBJECT_FOREIGN', 'its owner annotation is not ours any more; it was not touched', {
    hint: `put ${owner.registration} back, or delete the object to have it made again`,
  });
}

function foreign(holder: string, hint: string): SluiceError {
  const who = holder === '' ? '' : ` (it belongs to registration ${holder})`;
  const message = `an object of this name exists that is not ours${who}; it was not touched`;
  return new SluiceError('OBJECT_FOREIGN', message, { hint });
}
