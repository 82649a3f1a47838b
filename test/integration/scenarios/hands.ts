import type { KubeObject } from '../../../shared/model/object.ts';
import { parseObjectId } from '../../../shared/model/object.ts';
import type { ClusterView, Editable } from '../../lab/demo/cluster-view.ts';

/** Somebody with administrator's rights who changes a cluster by hand. */
export interface Hands {
  /** Creates an object. */
  readonly make: (object: KubeObject) => Promise<KubeObject>;
  /** Reads, changes and writes an object whole, as `kubectl edit` does. */
  readonly edit: (id: string, change: (object: Editable) => void) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
}

/** Opens the hands of an administrator of a cluster. */
export function handsOf({ kube, get, edit }: ClusterView): Hands {
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
    edit,
    remove: async (id) => {
      const { namespace, name } = parseObjectId(id);
      const uid = (await get(id))?.metadata.uid ?? '';
      const resource = await resourceOf(id);
      await kube.delete({ resource, namespace, name }, { uid, propagation: 'Background', signal: signal() });
    },
  };
}
