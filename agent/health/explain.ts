import type { Kube } from '../model/kube.ts';
import type { Live } from '../model/live.ts';
import type { AppOutcome } from '../model/outcome.ts';
import { isWorkload } from '../../shared/model/kinds.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import { label } from '../../shared/model/names.ts';
import { assess, podTrouble } from './assess.ts';

/** Why a blocked revision is not ready, by application; `key` says of which revision and content. */
export type Explanations = Map<string, { readonly key: string; readonly text: string }>;

/** What explaining needs of the agent. */
export interface ExplainPorts {
  readonly memory: { readonly explanations: Explanations };
  readonly view: Live;
  readonly kube: Kube;
  readonly signal: AbortSignal;
}

/**
 * Remembers for each blocked revision why its pods are not ready (`ImagePullBackOff: ...`), which a Deployment does not say. It
 * lists the pods once, when the revision becomes blocked.
 */
export async function explainBlocked(ports: ExplainPorts, apps: readonly AppOutcome[]): Promise<void> {
  const { explanations } = ports.memory;
  for (const { key, app, plan } of apps) {
    const blocked = plan?.blocked ?? null;
    if (app === null || blocked === null) {
      explanations.delete(key);
      continue;
    }
    const subject = `${app.digest} ${blocked.revision ?? ''}`;
    if (explanations.get(key)?.key === subject) continue;
    const ids = app.revisions.find((one) => one.name === blocked.revision)?.objects ?? app.objects.map(({ id }) => id);
    const text = await podReason(ports, ids.filter(isWorkload)).catch(() => '');
    explanations.set(key, { key: subject, text });
  }
}

/** `Pod/NAME: reason` of the first pod of these workloads that is not ready; empty when there is none. */
async function podReason({ view, kube, signal }: ExplainPorts, workloads: readonly ObjectId[]): Promise<string> {
  for (const id of workloads) {
    const live = view.object(id);
    if (live?.podLabels == null || live.health === 'Current') continue;
    const pods = await kube.list(await kube.resource({ group: '', kind: 'Pod' }, signal), {
      namespace: parseObjectId(id).namespace,
      labelSelector: podSelector(live.podLabels),
      metadataOnly: false,
      signal,
    });
    for (const pod of pods.items) {
      const reason = podTrouble(pod) ?? (assess(pod).health === 'Current' ? null : assess(pod).message);
      if (reason !== null) return `Pod/${pod.metadata.name}: ${reason}`;
    }
  }
  return '';
}

/** The labels that name component and revision, where the pods have them, else all of their labels. */
function podSelector(labels: Readonly<Record<string, string>>): string {
  const own = [label.component, label.revision].filter((name) => labels[name] !== undefined);
  const names = own.length > 0 ? own : Object.keys(labels);
  return names.map((name) => `${name}=${labels[name] ?? ''}`).join(',');
}
