import { idOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
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

/** When the objects of a component are applied, where that is not with its workload. */
export function stagesOf(made: readonly MadeObject[]): ReadonlyMap<ObjectId, 'pre' | 'post'> {
  return new Map(
    made.flatMap(({ step, id }) => (step.definition.stage === undefined ? [] : [[id, step.definition.stage] as const])),
  );
}
