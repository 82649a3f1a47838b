import { pointerParts } from '../../shared/model/ignored.ts';
import { factsOf } from '../../shared/model/kinds.ts';
import { groupOf, isSecret, objectId, type KubeObject } from '../../shared/model/object.ts';
import { withValueAt } from './parameter-key.ts';

/** What a step says of an object that it reads. */
export interface Wanted {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent = that of the application. */
  readonly namespace?: string | undefined;
}

/** Why agents do not tell of an object to an application of a namespace, and which member says it; null where they do. */
export function unreadable({ apiVersion, kind, name, namespace }: Wanted, own: string) {
  if (isSecret({ apiVersion, kind })) {
    const hint = 'name the Secret in the component that needs it, which reads it in the cluster';
    return { member: 'kind', message: 'agents tell nothing of Secrets', hint };
  }
  const isElsewhere = namespace !== undefined && namespace !== own;
  const { scope } = factsOf(objectId({ group: groupOf(apiVersion), kind, namespace: own, name }));
  if (!isElsewhere && scope !== 'cluster') return null;
  const hint = 'read it in an application of its namespace; further its author may have no rights';
  const message = `agents tell of objects in the namespace of the application alone, ${own}`;
  return { member: isElsewhere ? 'namespace' : 'kind', message, hint };
}

/** An object with what was told of it, by JSON pointer. */
export function withValues(object: KubeObject, values: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(values).reduce<unknown>(
    (filled, [field, one]) => withValueAt(filled, pointerParts(field), one),
    object,
  );
}
