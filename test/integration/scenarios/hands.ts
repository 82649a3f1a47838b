import type { KubeObject } from '../../../shared/model/object.ts';
import { parseObjectId } from '../../../shared/model/object.ts';
import type { ClusterView } from '../../lab/demo/cluster-view.ts';

/** Somebody with administrator's rights who changes a cluster by hand. */
export interface Hands {
  /** Creates an object. */
  readonly make: (object: KubeObject) => Promise<KubeObject>;
  /** Reads, changes and writes an object whole, as `kubectl edit` does. */
  readonly edit: (id: string, change: (object: Editable) => void) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
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

/** Opens the hands of an administrator of a cluster. */
export function handsOf({ kube, get }: ClusterView): Hands {
  const signal = (): AbortSignal => AbortSignal.timeout(10_000);
  const resourceOf = (id: string) => kube.resource(parseObjectId(id), signal());
  return {
    make: async (object) => {
      const [group = '', version] = object.apiVersion.includes('/')
        ? object.apiVersion.split('/')
        : ['', object.apiVersion];
      const resource = await kube.resource({ group, kind: object.kind }, signal(), version);
      return kube.post(resource, object, signal());
    },
    edit: async (id, change) => {
      const object = structuredClone(await get(id)) as Editable | undefined;
      if (object === undefined) throw new Error(`there is no ${id} to edit`);
      change(object);
      await kube.put(await resourceOf(id), object, signal());
    },
    remove: async (id) => {
      const { namespace, name } = parseObjectId(id);
      const uid = (await get(id))?.metadata.uid ?? '';
      const resource = await resourceOf(id);
      await kube.delete({ resource, namespace, name }, { uid, propagation: 'Background', signal: signal() });
    },
  };
}
