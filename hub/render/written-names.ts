import { idOf, parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { ApplicationDeployment } from '../model/documents.ts';
import type { RevisionComponent, WrittenObject } from './revision.ts';

/** A revision that is placed on a cluster, as far as this rule reads it. */
interface Listed {
  readonly record: { readonly name: string };
  readonly components: readonly RevisionComponent[];
}

/** The revisions with the names that their objects have on the cluster, and a note for each name that is not the written one. */
export interface Named<T> {
  readonly revisions: readonly T[];
  readonly notes: readonly string[];
}

/**
 * Names the Deployments that are written out, and the autoscalers of them: as they are written, unless two revisions that are listed
 * on the cluster have one of that name, or the deployment leads traffic to their component: then the next revision must be able to
 * run beside this one before traffic moves. From one name to the other the agent makes before it breaks, as between revisions. Pure.
 */
export function withWrittenNames<T extends Listed>(
  revisions: readonly T[],
  deployment: ApplicationDeployment | null,
): Named<T> {
  if (!revisions.some(({ components }) => components.some(({ written }) => written !== undefined))) {
    return { revisions, notes: [] };
  }
  const shared = sharedIds(revisions);
  const targets = new Set(
    (deployment?.spec.traffic?.http ?? []).flatMap((rule) =>
      rule.weightedTargets.map(({ componentName }) => componentName),
    ),
  );
  const notes: string[] = [];
  const named = revisions.map((revision) => ({
    ...revision,
    components: revision.components.map((component) => {
      const { written = [] } = component;
      const isTarget = targets.has(component.component);
      const besides = groupsBeside(written, shared);
      const isBeside = ({ group }: WrittenObject) => isTarget || besides.has(group);
      notes.push(...written.filter(isBeside).map((one) => noteOf(one, revision.record.name, isTarget)));
      return component.written === undefined ? component : withNames(component, written, isBeside);
    }),
  }));
  return { revisions: named, notes };
}

function withNames(
  component: RevisionComponent,
  written: readonly WrittenObject[],
  isBeside: (one: WrittenObject) => boolean,
): RevisionComponent {
  const plain = new Map(written.filter((one) => !isBeside(one)).map((one) => [one.own, one.plain] as const));
  const ids = new Map([...plain].map(([own, object]) => [idOf(own), idOf(object)] as const));
  return {
    ...component,
    own: component.own.map((object) => plain.get(object) ?? object),
    workloads: new Set([...component.workloads].map((id) => ids.get(id) ?? id)),
  };
}

/** The ids, as they are written, that more than one revision has. */
function sharedIds(revisions: readonly Listed[]): ReadonlySet<ObjectId> {
  const counts = new Map<ObjectId, number>();
  for (const { components } of revisions) {
    const ids = new Set(components.flatMap(({ written = [] }) => written.map(({ plain }) => idOf(plain))));
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count > 1).map(([id]) => id));
}

function groupsBeside(written: readonly WrittenObject[], shared: ReadonlySet<ObjectId>): ReadonlySet<string> {
  return new Set(written.filter(({ plain }) => shared.has(idOf(plain))).map(({ group }) => group));
}

function noteOf({ own, plain }: WrittenObject, revision: string, isTarget: boolean): string {
  const { kind, name } = parseObjectId(idOf(plain));
  const why = isTarget
    ? 'traffic leads to it, and the next revision must be able to run beside it'
    : 'another revision that is listed has it, too';
  return `${kind} ${name} of ${revision} is called ${own.metadata.name}: ${why}`;
}
