import type { AgentDeps } from '../model/deps.ts';
import type { Kube, KubeResource } from '../model/kube.ts';
import type { Site } from '../model/site.ts';
import { agentNames } from '../../shared/model/names.ts';
import { openSite, parseSite } from './site.ts';

const configMaps: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: ['list', 'watch'],
  subresources: [],
};

/** The site as its operator's ConfigMap describes it now. */
export interface SiteMemory {
  current: Site;
}

/** The memory of an agent that has not read the ConfigMap yet. */
export function newSiteMemory(): SiteMemory {
  return { current: openSite };
}

/** What the watch of the site needs. */
export interface SitePorts {
  readonly memory: { readonly site: SiteMemory };
  readonly kube: Kube;
  readonly deps: Pick<AgentDeps, 'cron' | 'settings' | 'log'>;
  readonly signal: AbortSignal;
}

/** Keeps the site up to date with its ConfigMap until the agent ends; `isKnown` resolves with the first answer. */
export function watchSite(
  ports: SitePorts,
  onChange: () => void,
): { readonly isKnown: Promise<void>; readonly ended: Promise<void> } {
  const { kube, deps, signal } = ports;
  const { site } = ports.memory;
  const known = Promise.withResolvers<undefined>();
  let data: Readonly<Record<string, string>> | null = null;
  const takeData = () => {
    site.current = data === null ? openSite : parseSite(data, deps.cron);
    known.resolve(undefined);
    onChange();
  };
  const ended = kube.watch(configMaps, {
    namespace: deps.settings.namespace,
    fieldSelector: `metadata.name=${agentNames.site}`,
    metadataOnly: false,
    signal,
    onEvent: (event) => {
      if (event.type === 'relist') data = null;
      else if (event.type === 'synced') takeData();
      else {
        if (event.object.metadata.name !== agentNames.site) return;
        data = event.type === 'deleted' ? null : ((event.object['data'] ?? {}) as Readonly<Record<string, string>>);
        takeData();
      }
    },
    onError: (error) => {
      deps.log.warn('the site ConfigMap cannot be read', { error: error.message });
    },
  });
  return { isKnown: known.promise, ended };
}
