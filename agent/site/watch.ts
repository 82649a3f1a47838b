import type { Agent } from '../model/agent.ts';
import type { KubeResource } from '../model/kube.ts';
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

/** Keeps what the site's operator says up to date until the agent ends; `isKnown` resolves with the first answer. */
export function watchSite(
  agent: Agent,
  onChange: () => void,
): { readonly isKnown: Promise<void>; readonly ended: Promise<void> } {
  const { kube, memory, deps, signal } = agent;
  const known = Promise.withResolvers<undefined>();
  let seen: Readonly<Record<string, string>> | null = null;
  const settle = () => {
    memory.site = seen === null ? openSite : parseSite(seen, deps.cron);
    known.resolve(undefined);
    onChange();
  };
  const ended = kube.watch(configMaps, {
    namespace: deps.settings.namespace,
    fieldSelector: `metadata.name=${agentNames.site}`,
    metadataOnly: false,
    signal,
    onEvent: (event) => {
      if (event.type === 'relist') seen = null;
      else if (event.type === 'synced') settle();
      else {
        if (event.object.metadata.name !== agentNames.site) return;
        seen = event.type === 'deleted' ? null : ((event.object['data'] ?? {}) as Readonly<Record<string, string>>);
        settle();
      }
    },
    onError: (error) => {
      deps.log.warn('the site ConfigMap cannot be read', { error: error.message });
    },
  });
  return { isKnown: known.promise, ended };
}
