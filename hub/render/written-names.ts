import { idOf, parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { ApplicationDeployment } from '../model/documents.ts';
import type { WrittenObject } from './parts.ts';
import type { RevisionComponent } from './revision-component.ts';

/** A revision that is placed on a cluster, as far as this rule reads it. */
interface Listed {
  readonly record: { readonly name: string; readonly app: string };
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
export function withWrittenNames<T extends Listed>({
  revisions,
  deployment,
  elsewhere,
}: {
  readonly revisions: readonly T[];
  readonly deployment: ApplicationDeployment | null;
  readonly elsewhere: ReadonlySet<ObjectId>;
}): Named<T> {
  if (!revisions.some(({ components }) => components.some(({ written }) => written !== undefined))) {
    return { revisions, notes: [] };
  }
  const shared = new Set([...sharedIds(revisions), ...elsewhere]);
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
    ...(component.stages !== undefined && {
      stages: new Map([...component.stages].map(([id, stage]) => [ids.get(id) ?? id, stage] as const)),
    }),
  };
}

/** A unit on a cluster, as far as this rule reads it. */
interface Placed {
  readonly key: string;
  readonly target: { readonly name: string };
  readonly deployment: unknown;
}

/** The ids, as they are written, that other units of the cluster have for other revisions of the same applications. */
export type Elsewhere = (unit: Placed, revisions: readonly Listed[]) => ReadonlySet<ObjectId>;

const none: ReadonlySet<ObjectId> = new Set();
/** Where no unit writes any. */
export const nowhere: Elsewhere = () => none;

/** Finds what the deployments of a cluster have together: two of them may list different revisions of one application. */
export function writtenElsewhere<U extends Placed>(
  units: readonly U[],
  revisionsOf: (unit: U) => readonly Listed[],
): Elsewhere {
  const claims = new Map<string, { readonly unit: string; readonly revision: string }[]>();
  for (const unit of units) {
    if (unit.deployment === null) continue;
    for (const { record, components } of revisionsOf(unit)) {
      for (const id of components.flatMap(writtenIds)) {
        const key = `${unit.target.name} ${record.app} ${id}`;
        const claim = { unit: unit.key, revision: record.name };
        claims.set(key, [...(claims.get(key) ?? []), claim]);
      }
    }
  }
  return ({ key: unit, target }, revisions) => {
    const isElsewhere = (id: ObjectId, { app, name }: Listed['record']) =>
      claims.get(`${target.name} ${app} ${id}`)?.some((one) => one.unit !== unit && one.revision !== name) === true;
    return new Set(
      claims.size === 0
        ? []
        : revisions.flatMap(({ record, components }) =>
            components.flatMap(writtenIds).filter((id) => isElsewhere(id, record)),
          ),
    );
  };
}

function writtenIds({ written = [] }: RevisionComponent): readonly ObjectId[] {
  return written.map(({ plain }) => idOf(plain));
}

/** The ids, as they are written, that more than one revision has. */
function sharedIds(revisions: readonly Listed[]): ReadonlySet<ObjectId> {
  const counts = new Map<ObjectId, number>();
  for (const { components } of revisions) {
    const ids = new Set(components.flatMap(writtenIds));
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
