import { digestOfValue } from '../../../shared/lib/canonical.ts';
import { replicasPointer } from '../../../shared/model/kinds.ts';
import type { ObjectId } from '../../../shared/model/object.ts';
import type {
  AppContent,
  BundleApp,
  BundleObject,
  BundleReplicas,
  BundleTraffic,
} from '../../../shared/wire/revision.ts';
import type { Position } from '../../model/delivery.ts';
import type { Copies, MovingComponent } from './copies.ts';
import type { Derived, MixedTraffic } from './mixed.ts';
import type { SwitchedService } from './services.ts';

/** What of the cluster a stage depends on. */
export interface Pods {
  /** True for an object that was made. */
  readonly exists: (id: ObjectId) => boolean;
  /** True for one that was there before, and was taken over. */
  readonly isTaken: (id: ObjectId) => boolean;
  /** Pods that a workload is to have now, and how many of them are ready; null = not known. */
  readonly of: (id: ObjectId) => { readonly spec: number; readonly ready: number; readonly isOthers: boolean } | null;
  /** Ready pods of copies of a component that earlier deliveries made, and that neither content has. */
  readonly earlier: (component: string) => number;
}

/** The two contents of a delivery, and what is made of both. */
export interface Contents {
  readonly app: BundleApp;
  readonly from: AppContent;
  readonly copies: Copies;
  readonly mixed: readonly MixedTraffic[];
  /** Services that lead from the one copy to the other without weights. */
  readonly services: readonly SwitchedService[];
  /** The autoscalers of what serves, with the pods that served as their least. */
  readonly floored: ReadonlyMap<ObjectId, Derived>;
}

/** Where a delivery is, as far as the objects are concerned. */
export type StageKind =
  /** What serves, alone: before the first step, and after going back. */
  | 'serving'
  /** Between the two, by the steps. */
  | 'step'
  /** The content whole, and the copy before beside it, without traffic. */
  | 'beside'
  /** The content whole; the copy before goes, or is gone. */
  | 'whole';

/** What is applied at a moment of a delivery. */
export interface StageContent {
  readonly app: BundleApp;
  readonly leaving: ReadonlySet<ObjectId>;
}

/** A moment of a delivery. */
export interface Moment {
  readonly position: Position | null;
  readonly pods: Pods;
}

/** The ready pods of some workloads. */
export function readyOf(ids: readonly ObjectId[], pods: Pods): number {
  return ids.reduce((sum, id) => sum + (pods.of(id)?.ready ?? 0), 0);
}

/** True where nothing of what serves is ready, and copies of earlier deliveries are: a Service must go on leading to those. */
export function areEarlierNeeded({ name, old }: Pick<MovingComponent, 'name' | 'old'>, pods: Pods): boolean {
  return pods.earlier(name) > 0 && readyOf(old, pods) === 0;
}

/** The part of one of several workloads of a component; rounded up. */
export function share(of: readonly ObjectId[], count: number): number {
  return Math.ceil(count / Math.max(1, of.length));
}

/** So many replicas of a workload, in the place where its content says them. */
export function replicasOf(content: AppContent, id: ObjectId, value: number): BundleReplicas {
  const known = content.replicas.find((one) => one.id === id);
  return known === undefined ? { id, pointer: replicasPointer, value } : { ...known, value };
}

/** Those objects of a content. */
export function objectsIn({ objects }: AppContent, ids: readonly ObjectId[]): readonly BundleObject[] {
  return objects.filter(({ id }) => ids.includes(id));
}

/** The lists of a stage: what belongs to which revision follows from both contents. */
export function listsOf(
  { from, app, copies }: Contents,
  { objects, traffic }: { readonly objects: readonly BundleObject[]; readonly traffic: readonly BundleTraffic[] },
): Pick<BundleApp, 'objects' | 'traffic' | 'revisions'> {
  const here = new Set(objects.map(({ id }) => id));
  const named = [
    ...app.revisions,
    ...from.revisions.filter((one) => !app.revisions.some(({ name }) => name === one.name)),
  ];
  const revisions = named
    .map(({ name, objects: ids }) => {
      const serving = from.revisions.find((one) => one.name === name)?.objects ?? [];
      const behind = [...behindTraffic(app, name, copies, 'fresh'), ...behindTraffic(from, name, copies, 'old')];
      return { name, objects: [...new Set([...ids, ...serving, ...behind])].filter((id) => here.has(id)) };
    })
    .filter(({ objects: ids }) => ids.length > 0);
  return { objects, traffic, revisions };
}

/** The workloads that traffic to a revision reaches: those of an Application belong to no revision by themselves. */
function behindTraffic(
  { traffic }: AppContent,
  revision: string,
  { components }: Copies,
  side: 'old' | 'fresh',
): readonly ObjectId[] {
  const targets = traffic.flatMap((one) => one.targets).filter((target) => target.revision === revision);
  return components
    .filter(({ name }) => targets.some(({ component }) => component === name))
    .flatMap((one) => one[side]);
}

/** Names a stage, so that what is remembered of one (how long it waits) is not taken for another's. */
export function digestOfStage(
  { app, from }: Contents,
  kind: StageKind,
  position: Position | null,
): BundleApp['digest'] {
  return digestOfValue([
    app.digest,
    from.digest,
    kind,
    position?.number ?? 0,
    position?.attempt ?? 0,
    position?.step ?? 0,
  ]);
}
