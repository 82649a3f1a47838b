import type { Agent, AppOutcome } from '../model/agent.ts';
import { isWorkload } from '../../shared/model/kinds.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { label } from '../../shared/model/names.ts';
import { assess, podTrouble } from './assess.ts';

/**
 * Finds out from the pods why a blocked revision is not ready (`ImagePullBackOff: ...`), with one list when that begins: a
 * Deployment does not say it.
 */
export async function explainBlocked(agent: Agent, apps: readonly AppOutcome[]): Promise<void> {
  const { explanations } = agent.memory;
  for (const { key, app, plan } of apps) {
    const blocked = plan?.blocked ?? null;
    if (app === null || blocked === null) {
      explanations.delete(key);
      continue;
    }
    const known = `${app.digest} ${blocked.revision ?? ''}`;
    if (explanations.get(key)?.key === known) continue;
    const ids = app.revisions.find((one) => one.name === blocked.revision)?.objects ?? app.objects.map(({ id }) => id);
    explanations.set(key, { key: known, text: await podReason(agent, ids.filter(isWorkload)).catch(() => '') });
  }
}

async function podReason(agent: Agent, workloads: readonly ObjectId[]): Promise<string> {
  for (const id of workloads) {
    const live = agent.view.object(id);
    if (live?.podLabels == null || live.health === 'Current') continue;
    const chosen = [label.component, label.revision].flatMap((name) => {
      const value = live.podLabels?.[name];
      return value === undefined ? [] : [`${name}=${value}`];
    });
    const wanted =
      chosen.length > 0 ? chosen : Object.entries(live.podLabels).map(([name, value]) => `${name}=${value}`);
    const pods = await agent.kube.list(await agent.kube.resource({ group: '', kind: 'Pod' }, agent.signal), {
      namespace: parseObjectId(id).namespace,
      labelSelector: wanted.join(','),
      metadataOnly: false,
      signal: agent.signal,
    });
    for (const pod of pods.items) {
      const word = podTrouble(pod) ?? (assess(pod).health === 'Current' ? null : assess(pod).message);
      if (word !== null) return `Pod/${pod.metadata.name}: ${word}`;
    }
  }
  return '';
}
