import type { ProviderName } from '../../../shared/model/traffic.ts';
import { objectId, type KubeObject, type ObjectId } from '../../../shared/model/object.ts';
import type { LiveRoute } from '../../model/live.ts';

/** Reads the live objects of a traffic provider's kind. */
export interface ProviderReader {
  readonly name: ProviderName;
  /** The backends of a traffic object, in the order in which it lists them, with their weights as they stand there. */
  readonly routesOf: (object: KubeObject) => readonly LiveRoute[];
}

/** The id of a Service. */
export function serviceId(namespace: string, name: string): ObjectId {
  return objectId({ group: '', kind: 'Service', namespace, name });
}
