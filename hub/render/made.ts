import { idOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import type { HealthCheck } from '../model/health.ts';
import { isMap, type JsonMap } from '../model/json-map.ts';
import type { Manifest } from '../sources/source.ts';
import type { Draft, Step } from './step.ts';

/** An object that a template made: by its `output` (null), or under a name of its `outputs`. */
export interface MadeObject {
  readonly step: Step;
  readonly name: string | null;
  readonly id: ObjectId;
}

/** The origin of the manifest of a component's `output`. */
export const outputOrigin = 'output';

/** The origin of the manifest of one of its `outputs`. */
export function outputsOrigin(key: string): string {
  return `outputs.${key}`;
}

/** Which template made each object of a component; `first` is that of the component itself. */
export function madeObjects(
  draft: Pick<Draft, 'makers'>,
  first: Step | undefined,
  manifests: ReadonlyMap<KubeObject, Manifest>,
): readonly MadeObject[] {
  const ids = [...manifests].map(([object, { origin }]) => [origin, idOf(object)] as const);
  const made = (origin: string, step: Step, name: string | null): readonly MadeObject[] =>
    ids.filter(([of]) => of === origin).map(([, id]) => ({ step, name, id }));
  return [
    ...(first === undefined ? [] : made(outputOrigin, first, null)),
    ...[...draft.makers].flatMap(([key, { step, name }]) => made(outputsOrigin(key), step, name)),
  ];
}

/** The id with which an object is delivered, by the one that it was made with. */
export type IdOfMade = (id: ObjectId) => ObjectId;

/** The ids of objects, from those that they were made from. */
export function deliveredIds(pieces: readonly { readonly from: KubeObject; readonly object: KubeObject }[]): IdOfMade {
  const ids = new Map(pieces.map(({ from, object }) => [idOf(from), idOf(object)] as const));
  return (id) => ids.get(id) ?? id;
}

/** When the objects of a component are applied, where that is not with its workload. */
export function stagesOf(made: readonly MadeObject[], idOfMade: IdOfMade): ReadonlyMap<ObjectId, 'pre' | 'post'> {
  return new Map(
    made.flatMap(({ step: { definition }, id }) =>
      definition.stage === undefined ? [] : [[idOfMade(id), definition.stage] as const],
    ),
  );
}

/** A check of objects by the ids with which they are delivered. */
export function withIds(check: HealthCheck, idOfMade: IdOfMade): HealthCheck {
  return { ...check, objects: check.objects.map((one) => ({ ...one, id: idOfMade(one.id) })) };
}

/** The name of an output that has none: of its own, and of its template, too, where one before it has that name already. */
export function outputName(contextName: string, key: string, type: string): string {
  const name = key.replaceAll("'", '');
  const before = key.length - name.length;
  const words = [...(before > 0 ? [type] : []), name, ...(before > 1 ? [String(before)] : [])];
  return `${contextName}-${words
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')}`;
}

/** As in KubeVela, an object without a name gets the component's name. */
export function named(value: unknown, name: string): unknown {
  if (!isMap(value)) return value;
  const metadata: JsonMap = isMap(value['metadata']) ? value['metadata'] : {};
  return metadata['name'] === undefined ? { ...value, metadata: { ...metadata, name } } : value;
}
