import { createKube, type KubeClient } from '../../../agent/kube/client.ts';
import { loadKubeAccess } from '../../../agent/kube/config.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { parseObjectId } from '../../../shared/model/object.ts';
import { waitFor } from '../controlplane/wait.ts';

/** What a bystander with administrator's rights sees of a cluster: the judge of journeys, demo and benches. */
export interface ClusterView {
  readonly kube: KubeClient;
  readonly get: (id: string) => Promise<KubeObject | undefined>;
  /** Waits until the object is as wanted, and answers it. */
  readonly until: (
    id: string,
    what: string,
    wanted: (object: KubeObject) => boolean,
    timeoutMs?: number,
  ) => Promise<KubeObject>;
  readonly untilGone: (id: string, timeoutMs?: number) => Promise<void>;
  /** Reads, changes and writes an object whole, as `kubectl edit` does; again from the start when somebody was faster. */
  readonly edit: (id: string, change: (object: Editable) => void) => Promise<void>;
  readonly close: () => void;
}

/** An object as a person at an editor sees it. */
export type Editable = KubeObject & {
  metadata: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
  data: Record<string, string>;
  spec: { replicas: number; template: { spec: { containers: { image: string }[] } } };
};

/** Opens the view of the cluster that a kubeconfig names; object ids are those of shared/model/object.ts. */
export function openClusterView(kubeconfig: string, context?: string, allowExec = false): ClusterView {
  const access = loadKubeAccess({
    kubeconfig,
    allowExec,
    clock: systemClock,
    ...(context === undefined ? {} : { context }),
  });
  const kube = createKube({ access, clock: systemClock, random: systemRandom });
  const signal = new AbortController().signal;
  const get = async (id: string): Promise<KubeObject | undefined> => {
    const [group = '', kind = '', namespace = '', name = ''] = id.split('/');
    try {
      return await kube.get({ resource: await kube.resource({ group, kind }, signal), namespace, name }, signal);
    } catch (error) {
      if (isSluiceError(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  };
  return {
    kube,
    get,
    until: (id, what, wanted, timeoutMs) =>
      waitFor(
        `${id} to be ${what}`,
        async () => {
          const object = await get(id);
          return object !== undefined && wanted(object) ? object : undefined;
        },
        timeoutMs,
      ),
    untilGone: async (id, timeoutMs) => {
      await waitFor(`${id} to be gone`, async () => ((await get(id)) === undefined ? true : undefined), timeoutMs);
    },
    edit: (id, change) => edited({ kube, get }, id, change),
    close: () => kube.close(),
  };
}

/** A controller may write between the reading and the writing; then the object is read again, as often as it takes. */
async function edited(
  { kube, get }: Pick<ClusterView, 'kube' | 'get'>,
  id: string,
  change: (object: Editable) => void,
): Promise<void> {
  await waitFor(`${id} to be edited`, async () => {
    const object = structuredClone(await get(id)) as Editable | undefined;
    if (object === undefined) throw new Error(`there is no ${id} to edit`);
    change(object);
    const signal = AbortSignal.timeout(10_000);
    try {
      return await kube.put(await kube.resource(parseObjectId(id), signal), object, signal);
    } catch (error) {
      if (isSluiceError(error, 'CONFLICT')) return undefined;
      throw error;
    }
  });
}
