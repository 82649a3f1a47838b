import { by } from '../../shared/lib/order.ts';
import type { ApplicationDeployment } from '../model/documents.ts';
import { replicasPointer } from '../../shared/model/kinds.ts';
import { idOf, type KubeObject, type ObjectId } from '../../shared/model/object.ts';
import type { ProviderName } from '../../shared/model/traffic.ts';
import type { BundleReplicas } from '../../shared/wire/revision.ts';
import type { RevisionRecord, Target } from '../model/fleet.ts';
import { isReadOnly, isUnrepaired, type Assignment, type RenderedApp, type RenderedObject } from '../model/rendered.ts';
import type { RenderFault } from '../model/fault.ts';
import { checksIn } from './checks.ts';
import { givenOnce, type IsGiven } from './once.ts';
import { inOrder, orderFaults } from './order.ts';
import { withTreatments } from './object-rules.ts';
import { canonicalObject, nameFault, repeatedId } from './objects.ts';
import type { RevisionComponent } from './revision-component.ts';
import type { ProviderRenderer } from './traffic/providers/provider.ts';
import { rolloutIn } from './rollout.ts';
import { isService, withServices } from './services.ts';
import type { PlacedRevision } from './traffic/services.ts';
import { copyTraffic } from './traffic/copies.ts';
import { nothing, renderTraffic, type TrafficCluster, type TrafficOutcome } from './traffic/traffic.ts';
import { withWrittenNames } from './written-names.ts';
import { autoscaled, isScalable, leavesReplicas, replicasOf, withReplicas } from './workload.ts';

/** A revision that is assigned to the cluster, with its rendered components. */
export interface UnitRevision {
  readonly assignment: Assignment;
  readonly record: RevisionRecord;
  readonly components: readonly RevisionComponent[];
}

/** The cluster that a unit goes to, and the provider of its traffic there now. */
export interface UnitTarget extends Target {
  readonly currentProvider: ProviderName | null;
}

/** One delivered unit on one cluster; `deployment` is null for a plain Application. */
export interface UnitOnCluster {
  readonly namespace: string;
  readonly name: string;
  /** The namespace that it goes to, where that is not its own. */
  readonly into?: string | undefined;
  readonly source: string | null;
  readonly target: TrafficCluster;
  readonly deployment: ApplicationDeployment | null;
  /** In the order of the document. */
  readonly revisions: readonly UnitRevision[];
  /** Ids, as they are written, that another unit of the cluster has for another revision of the same application. */
  readonly elsewhere: ReadonlySet<ObjectId>;
}

/** The unit as the cluster gets it, or every fault; a warning alone does not stop it. */
export interface UnitOutcome {
  readonly app: RenderedApp | null;
  readonly warning: TrafficOutcome['warning'];
  readonly faults: readonly RenderFault[];
}

/** Puts the objects of a unit together for one cluster: replicas, Services, traffic. Pure. */
export function renderUnit(given: UnitOnCluster, providers: readonly ProviderRenderer[]): UnitOutcome {
  const named = withWrittenNames(given);
  const unit = { ...given, revisions: named.revisions };
  const isGiven = givenOnce(unit.revisions);
  const scaledBySelf = autoscaled(unit.revisions.flatMap(({ components }) => components.flatMap(objectsOf)));
  const parts = unit.revisions.map((revision) => partOf(revision, isGiven, scaledBySelf));
  const traffic =
    unit.deployment === null
      ? { ...nothing, ...copyTraffic(unit) }
      : renderTraffic(unit.deployment, placedRevisions(unit, parts, isGiven), unit.target, providers);
  if (traffic.faults.length > 0) return { app: null, warning: null, faults: traffic.faults };

  const objects: RenderedObject[] = [];
  for (const { name, own, shared } of parts) {
    objects.push(
      ...withServices(
        own.map(({ object }) => object),
        traffic.ofRevision.get(name) ?? [],
      ).map((object) => rendered(object, name)),
    );
    objects.push(...shared.map(({ object }) => rendered(object)));
  }
  objects.push(...traffic.objects.map((object) => rendered(object)));
  const faults = [...objectFaults(objects.map(({ object }) => object)), ...orderFaults(unit.revisions)];
  if (faults.length > 0) return { app: null, warning: null, faults };
  const { objects: ordered, ...order } = inOrder(unit, withTreatments(unit.revisions, objects));
  const app = appOf(unit, { parts, objects: ordered, traffic, notes: named.notes });
  return {
    app: { ...app, ...order, ...checksIn(unit.revisions, ordered) },
    warning: traffic.warning,
    faults: [],
  };
}

const unrepairedNote = 'what others change in its objects stays until they have new content: policy apply-once';

interface Piece {
  readonly object: KubeObject;
  readonly replicas: BundleReplicas | null;
  readonly note: string | null;
}

interface Part {
  readonly name: string;
  readonly own: readonly Piece[];
  readonly shared: readonly Piece[];
}

function partOf(revision: UnitRevision, isGiven: IsGiven<UnitRevision>, scaledBySelf: ReadonlySet<string>): Part {
  const piecesOf = (side: 'own' | 'shared'): Piece[] =>
    revision.components.flatMap((component) => {
      const given = component[side].filter((object) => isGiven(revision, component, object));
      return pieces(revision, component, { objects: given, isOwn: side === 'own', scaledBySelf });
    });
  return { name: revision.record.name, own: piecesOf('own'), shared: piecesOf('shared') };
}

function objectsOf({ own, shared }: RevisionComponent): readonly KubeObject[] {
  return [...own, ...shared];
}

// Replicas come from the placement, else from the component; where something else scales the workload, only from the placement.
function pieces(
  { assignment, record }: UnitRevision,
  component: RevisionComponent,
  {
    objects,
    isOwn,
    scaledBySelf,
  }: {
    readonly objects: readonly KubeObject[];
    readonly isOwn: boolean;
    readonly scaledBySelf: ReadonlySet<string>;
  },
): Piece[] {
  return objects.map((object) => {
    if (!isScalable(object)) return { object, replicas: null, note: null };
    const isWorkload = component.workloads.has(idOf(object));
    const given = isWorkload ? assignment.replicas : undefined;
    if (leavesReplicas(object))
      return { object: withReplicas(object, given ?? replicasOf(object)), replicas: null, note: null };
    const bySelf = scaledBySelf.has(`${object.kind}/${object.metadata.name}`);
    const value = given ?? (bySelf ? undefined : replicasOf(object));
    const note =
      bySelf && given !== undefined
        ? `the placement sets the replicas of ${object.metadata.name}, which is scaled by itself, too`
        : null;
    if (value === undefined) return { object: withReplicas(object, undefined), replicas: null, note };
    const revision = isOwn ? { revision: record.name } : {};
    const replicas = { id: idOf(object), pointer: replicasPointer, value, ...revision };
    return { object: withReplicas(object, value), replicas, note };
  });
}

function placedRevisions(
  unit: UnitOnCluster,
  parts: readonly Part[],
  isGiven: IsGiven<UnitRevision>,
): readonly PlacedRevision[] {
  const replicas = new Map(
    parts.flatMap(({ own, shared }) =>
      [...own, ...shared].flatMap(({ replicas }) =>
        replicas === null ? [] : [[replicas.id, replicas.value] as const],
      ),
    ),
  );
  return unit.revisions.map((revision, index) => ({
    name: revision.record.name,
    application: revision.record.application.metadata.name,
    replicas: revision.assignment.replicas ?? null,
    services: [...(parts[index]?.own ?? []), ...(parts[index]?.shared ?? [])]
      .map(({ object }) => object)
      .filter(isService),
    served: (name) => {
      const component = revision.components.find((candidate) => candidate.component === name);
      if (component === undefined) return null;
      const counts = objectsOf(component).flatMap((object) => replicas.get(idOf(object)) ?? []);
      return {
        namespace: unit.namespace,
        application: revision.record.application.metadata.name,
        revision: revision.record.name,
        component,
        hasRevisionLabel:
          component.own.length > 0 || component.shared.every((object) => isGiven(revision, component, object)),
        replicas: counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0),
      };
    },
  }));
}

function rendered(object: KubeObject, revision?: string): RenderedObject {
  return { id: idOf(object), object: canonicalObject(object), ...(revision !== undefined && { revision }) };
}

function objectFaults(objects: readonly KubeObject[]): readonly RenderFault[] {
  const path = ['metadata', 'name'];
  const repeated = repeatedId(objects);
  if (repeated !== null) {
    const hint = 'give one of them another name';
    return [{ code: 'OBJECT_INVALID', message: `two objects of this application are ${repeated}`, path, hint }];
  }
  return objects.flatMap((object) => {
    const fault = nameFault(object);
    return fault === null ? [] : [{ ...fault, path }];
  });
}

function appOf(
  unit: UnitOnCluster,
  {
    parts,
    objects,
    traffic,
    notes: named,
  }: {
    parts: readonly Part[];
    objects: readonly RenderedObject[];
    traffic: TrafficOutcome;
    notes: readonly string[];
  },
): RenderedApp {
  const all = parts.flatMap(({ own, shared }) => [...own, ...shared]);
  const reads = new Set(objects.filter(isReadOnly).map(({ id }) => id));
  const notes = [
    ...unit.revisions.flatMap(({ assignment }) => assignment.notes),
    ...unit.revisions.flatMap(({ components }) => components.flatMap(({ withheld }) => withheld?.message ?? [])),
    ...all.flatMap(({ note }) => (note === null ? [] : [note])),
    ...traffic.notes,
    ...named,
    ...(objects.some(({ treatment }) => isUnrepaired(treatment)) ? [unrepairedNote] : []),
  ];
  return {
    cluster: unit.target.name,
    namespace: unit.namespace,
    name: unit.name,
    ...(unit.into !== undefined && { target: unit.into }),
    source: unit.source,
    selector: Object.assign({}, ...unit.revisions.map(({ assignment }) => assignment.selector)) as Record<
      string,
      string
    >,
    replicas: all
      .flatMap(({ replicas }) => (replicas === null || reads.has(replicas.id) ? [] : [replicas]))
      .sort(by(({ id }) => id)),
    traffic: traffic.traffic,
    ...rolloutIn(unit.deployment),
    notes: [...new Set(notes)],
    revisions: unit.revisions.map(({ record }) => record.name),
    objects: [...objects].sort(by(({ id }) => id)),
  };
}
