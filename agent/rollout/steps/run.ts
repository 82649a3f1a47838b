import type { Digest } from '../../../shared/lib/canonical.ts';
import type { KubeObject, ObjectId } from '../../../shared/model/object.ts';
import { appKey } from '../../../shared/wire/bundle.ts';
import type { BundleApp, BundleDelivery, Revision } from '../../../shared/wire/revision.ts';
import type { AgentDeps } from '../../model/deps.ts';
import type { AgentState, Inventory } from '../../model/inventory.ts';
import type { Live } from '../../model/live.ts';
import type { Mode } from '../../model/mode.ts';
import { noPositions, type Position, type Positions, type Stage } from '../../model/delivery.ts';
import type { ServedObject } from '../../model/served.ts';
import type { ProgressMemory } from '../progress.ts';
import type { RolloutInput } from '../rollout.ts';
import { together } from './analysis.ts';
import { deliver, hasSteps } from './deliver.ts';
import { judgeJobs } from './jobs.ts';
import type { DeliveryMemory } from './memory.ts';
import { laterPosition } from './position.ts';
import { positionsOf } from './positions.ts';
import { askChecks, judgedAt, type MeasuringAt, type MeasuringPorts } from './measuring.ts';
import { saidOf } from './words.ts';

/** What staging needs of the agent. */
export interface StagePorts extends MeasuringPorts {
  readonly memory: {
    readonly deliveries: DeliveryMemory;
    readonly progress: ProgressMemory;
    readonly faults: { readonly faults: RolloutInput['faults'] };
  };
  readonly view: Live;
  readonly deps: Pick<AgentDeps, 'settings' | 'measure'>;
  readonly objectText: (digest: Digest) => string | null;
}

interface Selected {
  readonly selected: readonly BundleApp[];
  readonly skipped: readonly { readonly app: BundleApp; readonly reason: string }[];
}

/** What staging needs of the pass. */
export interface StageFacts<S extends Selected> {
  readonly at: number;
  readonly mode: Pick<Mode, 'mayChange' | 'steps'>;
  readonly accepted: Pick<Revision, 'apps'>;
  /** The applications of the accepted bundle. */
  readonly selected: S;
  /** Those of the bundle whose objects may be written: the accepted one, or the started one while that may not start. */
  readonly running: S;
  readonly inventory: Inventory;
  readonly served: ReadonlyMap<ObjectId, ServedObject>;
  readonly state: Pick<AgentState, 'phase' | 'deliveries'> | null;
  /** The state was lost. */
  readonly isRebuilt: boolean;
}

/** The applications as they are to be at this moment of their deliveries. */
export interface Staged<S extends Selected> {
  /** Of the accepted bundle. */
  readonly wanted: S;
  /** Of the bundle whose objects may be written. */
  readonly current: S;
  /** Those of both. */
  readonly apps: readonly BundleApp[];
  /** Those whose objects may be made now. */
  readonly mayBegin: readonly BundleApp[];
  readonly stages: ReadonlyMap<BundleApp, Stage>;
  /** The recorded value itself where no delivery moved. */
  readonly positions: Positions;
}

/** Decides for every delivery with steps where it is now, and puts what is applied for that in the place of its content. */
export function stageDeliveries<S extends Selected>(ports: StagePorts, facts: StageFacts<S>): Staged<S> {
  const { selected, running, accepted, state } = facts;
  const recorded = state?.deliveries ?? noPositions;
  const all = [...new Set([...selected.selected, ...running.selected])].filter(hasSteps);
  const byApp = new Map<BundleApp, Stage>();
  for (const app of all) {
    const isCurrent = running.selected.includes(app);
    byApp.set(app, stageNow(ports, facts, { app, isCurrent, recorded: recorded[appKey(app)] ?? null }));
  }
  forget(ports.memory.deliveries, new Set(all.map(appKey)));
  const own = [...byApp].flatMap(([app, stage]) => (running.selected.includes(app) ? [stage] : []));
  const stages = new Map([...byApp.values()].map((stage) => [stage.app, stage] as const));
  const staged = (one: S): S =>
    all.length === 0 ? one : { ...one, selected: one.selected.map((app) => byApp.get(app)?.app ?? app) };
  const wanted = staged(selected);
  const current = running === selected ? wanted : staged(running);
  return {
    wanted,
    current,
    apps: [...new Set([...wanted.selected, ...current.selected])],
    mayBegin: current.selected.filter((app) => stages.get(app)?.mayChange ?? facts.mode.mayChange),
    stages,
    positions: positionsOf(own, recorded, keptPositions(recorded, accepted, own)),
  };
}

/** Positions of deliveries that are not looked at now, because their application is skipped here, or waits for its bundle. */
function keptPositions(recorded: Positions, { apps }: Pick<Revision, 'apps'>, own: readonly Stage[]): Positions {
  const looked = new Set(own.map(({ wanted }) => appKey(wanted)));
  const named = new Map(apps.map((app) => [appKey(app), app.delivery?.number] as const));
  return Object.fromEntries(
    Object.entries(recorded).filter(([key, { number }]) => !looked.has(key) && named.get(key) === number),
  );
}

function stageNow<S extends Selected>(
  ports: StagePorts,
  facts: StageFacts<S>,
  {
    app,
    isCurrent,
    recorded,
  }: { readonly app: BundleApp; readonly isCurrent: boolean; readonly recorded: Position | null },
): Stage {
  const { at, mode, inventory, served, state } = facts;
  const { memory, view, deps } = ports;
  const key = appKey(app);
  const delivery = directiveOf(facts.accepted, app);
  // A position of another delivery says nothing of this one.
  const ofThis = (one: Position | null | undefined): Position | null => (one?.number === delivery.number ? one : null);
  const known = laterPosition(ofThis(memory.deliveries.positions.get(key)), ofThis(recorded));
  const look = memory.deliveries.looks.get(key);
  const steps = isCurrent ? mode.steps : 'none';
  const stage =
    deliver({
      ...{ at, app, delivery, known, inventory, served, live: view },
      mode: steps,
      mayChange: isCurrent && mode.mayChange,
      elapsedMs: look?.counts === true ? at - look.at : 0,
      faults: memory.faults.faults,
      progress: memory.progress,
      isResumed: state?.phase === 'applying',
      isRebuilt: facts.isRebuilt,
      settleMs: deps.settings.settleMs,
      ingredients: {
        objectOf: (digest) => parsed(ports.objectText(digest)),
        keep: (digest, bytes) => void memory.deliveries.texts.set(digest, bytes),
      },
      verdictOf: (position) => {
        const jobs = judgeJobs(delivery.steps[position.step], { position, at, inventory, live: view });
        return together(judgedAt(ports, { key, delivery, position, at }), jobs);
      },
    }) ?? unreadStage(app, delivery, known);
  if (isCurrent) rememberLook(ports, stage, { key, delivery, at });
  return stage;
}

function rememberLook(ports: StagePorts, { position, mayMove }: Stage, look: Omit<MeasuringAt, 'position'>): void {
  const { positions, looks } = ports.memory.deliveries;
  const { key, delivery, at } = look;
  const counts = mayMove && delivery.action === 'run';
  looks.set(key, { at, counts });
  if (position === null) return;
  positions.set(key, position);
  if (counts) askChecks(ports, { ...look, position });
}

/** What serves stays, while a text of either content is being fetched again. */
function unreadStage(app: BundleApp, delivery: BundleDelivery, position: Position | null): Stage {
  return {
    wanted: app,
    app: { ...app, ...app.from },
    leaving: new Set(),
    isReturning: false,
    mayMove: false,
    mayChange: false,
    position,
    said: saidOf({ delivery, position, mode: 'none', unsure: null }),
    dueAt: null,
  };
}

/**
 * What is wanted of a delivery now: by the accepted bundle where that speaks of the same delivery, or gives back the content that
 * serves. Going back needs no start.
 */
function directiveOf({ apps }: Pick<Revision, 'apps'>, app: BundleApp): BundleDelivery {
  const own = app.delivery as BundleDelivery;
  const newest = apps.find((one) => appKey(one) === appKey(app));
  if (newest?.delivery?.number === own.number) return { ...own, ...pick(newest.delivery) };
  return newest !== undefined && newest.digest === app.from?.digest ? { ...own, action: 'back' } : own;
}

/** A later attempt starts the steps again, and that may begin only with its bundle. */
function pick({ action }: BundleDelivery): Pick<BundleDelivery, 'action'> {
  return { action };
}

function forget({ positions, looks, analyses, texts }: DeliveryMemory, keys: ReadonlySet<string>): void {
  for (const key of [...positions.keys(), ...looks.keys()]) {
    if (keys.has(key)) continue;
    analyses.delete(key);
    positions.delete(key);
    looks.delete(key);
  }
  if (keys.size === 0) texts.clear();
}

function parsed(text: string | null): KubeObject | null {
  return text === null ? null : (JSON.parse(text) as KubeObject);
}
