import { isFinished } from '../model/inventory.ts';
import type { AppObservation } from '../model/plan.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { groupKindOf, parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { BundleApp, BundleObject } from '../../shared/wire/revision.ts';
import { indexOf } from '../model/app-index.ts';
import { readsOf } from '../model/reads.ts';
import { ownLive } from './own.ts';
import { revisionOf, workloadReadiness, type Readiness } from './readiness.ts';

/** What may not be written yet because other parts of the application come first. */
export interface Order {
  /** Objects that wait: those that have their content already are never among them, so that drift of them is repaired. */
  readonly held: ReadonlySet<ObjectId>;
  /** What the first of them waits for; null when none waits. */
  readonly waitsFor: { readonly revision: string | null; readonly why: string; readonly isFailed: boolean } | null;
}

type Stage = 'pre' | 'main' | 'post';

/** The objects of a component in one copy (null: those that all copies share), by stage. */
interface Part {
  readonly component: string;
  readonly copy: string | null;
  readonly stages: Readonly<Record<Stage, readonly BundleObject[]>>;
}

const none: Order = { held: new Set(), waitsFor: null };
const ready: Readiness = { ok: true };

/** The stages of a component that come before one of its stages. */
const before: Readonly<Record<Stage, readonly Stage[]>> = { pre: [], main: ['pre'], post: ['pre', 'main'] };

/**
 * Holds the objects of a component until the components that it depends on are healthy, those of its workload until what comes
 * before it is, and what comes after it until the workload is. `apart` are objects that wait for the traffic of the whole
 * application: to wait for them in turn would never end.
 */
export function orderNow(observed: AppObservation, app: BundleApp, apart: ReadonlySet<ObjectId>): Order {
  const parts = partsOf(app);
  if (parts === null) return none;
  const known = new Map<Part, Map<Stage, Readiness>>();
  const stageReady = (part: Part, stage: Stage): Readiness => {
    const stages = known.get(part) ?? new Map<Stage, Readiness>();
    const answer = stages.get(stage) ?? firstUnready(observed, app, part.stages[stage], apart);
    known.set(part, stages.set(stage, answer));
    return answer;
  };
  const held = new Set<ObjectId>();
  let waitsFor: Order['waitsFor'] = null;
  for (const part of parts) {
    for (const stage of ['pre', 'main', 'post'] as const) {
      const pending = part.stages[stage].filter((object) => !isReadIn(app, object) && !isApplied(observed, object));
      const wait = pending.length === 0 ? null : waitOf({ app, parts, stageReady }, part, stage);
      if (wait === null) continue;
      for (const { id } of pending) held.add(id);
      waitsFor ??= { ...wait, revision: part.copy ?? revisionOf(app, pending[0]?.id ?? '') };
    }
  }
  return held.size === 0 ? none : { held, waitsFor };
}

interface Looking {
  readonly app: BundleApp;
  readonly parts: readonly Part[];
  readonly stageReady: (part: Part, stage: Stage) => Readiness;
}

function waitOf(
  { app, parts, stageReady }: Looking,
  part: Part,
  stage: Stage,
): { readonly why: string; readonly isFailed: boolean } | null {
  const wanted = app.dependsOn?.[part.component] ?? [];
  const others = parts.filter((one) => wanted.includes(one.component) && isBeside(part, one));
  const needed = [
    ...others.flatMap((one) => (['pre', 'main', 'post'] as const).map((of) => [one, of] as const)),
    ...before[stage].map((of) => [part, of] as const),
  ];
  for (const [one, of] of needed) {
    const readiness = stageReady(one, of);
    if (readiness.ok) continue;
    const who = one === part ? part.component : `${part.component} waits for ${one.component}`;
    return { why: `${who}: ${readiness.why}`, isFailed: readiness.isFailed };
  }
  return null;
}

/** True for what is delivered together: one copy of several, or what they share. */
function isBeside(part: Part, other: Part): boolean {
  return part.copy === null || other.copy === null || part.copy === other.copy;
}

/** The components of an application whose objects are applied one after the other; null where all are applied at once. */
const partsOf = oncePerValue((app: BundleApp): readonly Part[] | null => {
  const isOrdered = Object.keys(app.dependsOn ?? {}).length > 0 || app.objects.some(({ stage }) => stage !== undefined);
  if (!isOrdered) return null;
  const { revisions } = indexOf(app);
  const parts = new Map<string, Part & { readonly stages: Record<Stage, BundleObject[]> }>();
  for (const object of [...app.objects, ...readsOf(app)]) {
    const { id, component, stage } = object;
    if (component === undefined) continue;
    const copy = revisions.get(id) ?? null;
    const key = `${component} ${copy ?? ''}`;
    const part = parts.get(key) ?? { component, copy, stages: { pre: [], main: [], post: [] } };
    part.stages[stage ?? 'main'].push(object);
    parts.set(key, part);
  }
  return [...parts.values()];
});

function firstUnready(
  observed: AppObservation,
  app: BundleApp,
  objects: readonly BundleObject[],
  apart: ReadonlySet<ObjectId>,
): Readiness {
  for (const object of objects) {
    if (apart.has(object.id)) continue;
    const isRead = isReadIn(app, object);
    const readiness = isRead ? readReadiness(observed, object) : objectReadiness(observed, app, object);
    if (!readiness.ok) return readiness;
  }
  return ready;
}

function isReadIn(app: BundleApp, object: BundleObject): boolean {
  return readsOf(app).includes(object);
}

/** Whether an object that is only read is there, and well. */
function readReadiness({ live }: AppObservation, { id }: BundleObject): Readiness {
  const found = live.object(id);
  if (found?.health === 'Current') return ready;
  const why = found?.message ?? (live.isSynced(id) ? 'not there' : 'not known yet');
  return { ok: false, why: `${nameOf(id)}: ${why}`, isFailed: found?.health === 'Failed' };
}

/** Whether an object of any kind has its content and is well; a Job is once it has come to its end. */
function objectReadiness(observed: AppObservation, app: BundleApp, { id, digest }: BundleObject): Readiness {
  const entry = observed.entries.get(id);
  const live = ownLive(observed, id);
  if (live === undefined && isFinished(entry, digest)) {
    return entry?.finished?.how === 'failed' ? { ok: false, why: `${nameOf(id)}: failed`, isFailed: true } : ready;
  }
  const readiness = workloadReadiness(observed, app, id);
  const isUnderWay = readiness.ok && groupKindOf(id) === 'batch/Job' && live?.finish === undefined;
  if (isUnderWay) return { ok: false, why: `${nameOf(id)}: ${live?.message ?? ''}`, isFailed: false };
  return readiness;
}

/** True for what has this content, or had it when others deleted it: then it is made again. */
function isApplied(observed: AppObservation, { id, digest }: BundleObject): boolean {
  return observed.entries.get(id)?.applied === digest;
}

function nameOf(id: ObjectId): string {
  const { kind, name } = parseObjectId(id);
  return `${kind}/${name}`;
}
