import { idOf, type ObjectId } from '../../shared/model/object.ts';
import type { RenderFault } from '../model/fault.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import { circleIn, dependenciesOf, type Dependencies } from '../model/order.ts';
import type { RenderedObject } from '../model/rendered.ts';
import type { RevisionComponent } from './revision-component.ts';

/** The objects of a unit, and what its components wait for; absent = all is applied at once. */
export interface Ordered {
  readonly objects: readonly RenderedObject[];
  readonly dependsOn?: Dependencies;
}

interface Listed {
  readonly record: Pick<RevisionRecord, 'application'>;
  readonly components: readonly RevisionComponent[];
}

/**
 * Says of the objects of a unit which component they belong to and when they are applied, where that matters: an application
 * that says nothing of an order has the very same content as before there was one.
 */
export function inOrder(
  { revisions }: { readonly revisions: readonly Listed[] },
  objects: readonly RenderedObject[],
): Ordered {
  const dependsOn = dependenciesIn(revisions);
  const isWaiting = Object.keys(dependsOn).length > 0;
  const all = revisions.flatMap(({ components }) => components);
  if (!isWaiting && !all.some(({ stages }) => stages !== undefined)) return { objects };
  const owners = new Map<ObjectId, RevisionComponent>(
    all.flatMap((component) =>
      [...component.own, ...component.shared].map((object) => [idOf(object), component] as const),
    ),
  );
  const ordered = objects.map((one): RenderedObject => {
    const owner = owners.get(one.id);
    if (owner === undefined) return one;
    const stage = owner.stages?.get(one.id);
    return { ...one, component: owner.component, ...(stage !== undefined && { stage }) };
  });
  return { objects: ordered, ...(isWaiting && { dependsOn }) };
}

/** What is wrong with what the components of all listed revisions together wait for: each alone was checked as a document. */
export function orderFaults(revisions: readonly Listed[]): readonly RenderFault[] {
  const circle = circleIn(dependenciesIn(revisions));
  if (circle === null) return [];
  const message = `components of the revisions that are listed wait for each other: ${circle.join(' -> ')}`;
  const hint = 'list revisions whose dependsOn agree';
  return [{ code: 'DOCUMENT_INVALID', message, path: ['spec', 'components'], hint }];
}

function dependenciesIn(revisions: readonly Listed[]): Dependencies {
  return dependenciesOf(revisions.flatMap(({ record }) => record.application.spec.components));
}
