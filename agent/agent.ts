import { newFaultMemory, rememberRemoved, type FaultMemory } from './apply/faults.ts';
import { isNamed, newChannelMemory, objectText, requestPull, type ChannelMemory } from './channel/memory.ts';
import type { Explanations } from './health/explain.ts';
import { newInventoryMemory, type InventoryMemory } from './inventory/memory.ts';
import { ensureNamespace } from './inventory/recall.ts';
import { openStore } from './inventory/store.ts';
import { fieldsHash } from './live/project.ts';
import { openLiveView } from './live/view.ts';
import type { Contents } from './model/contents.ts';
import type { AgentDeps } from './model/deps.ts';
import type { Store } from './model/inventory.ts';
import type { Kube } from './model/kube.ts';
import type { LiveView } from './model/live.ts';
import type { Row } from './model/rows.ts';
import type { AppWriter } from './model/site.ts';
import { newReportMemory, type ReportMemory } from './report/memory.ts';
import type { ProgressMemory } from './rollout/progress.ts';
import { newServingMemory, type ServingMemory } from './rollout/serving.ts';
import { newDeliveryMemory, type DeliveryMemory } from './rollout/steps/memory.ts';
import { writerFor } from './site/accounts.ts';
import { offLimits } from './site/filter.ts';
import { openContentCheck } from './site/reach.ts';
import { newSiteMemory, type SiteMemory } from './site/watch.ts';
import type { Digest } from '../shared/lib/canonical.ts';
import type { ObjectId, ObjectMeta } from '../shared/model/object.ts';

/** A running agent: what it was given, what it remembers between passes, and the signals that end it. */
export interface Agent extends RoomPorts {
  readonly deps: AgentDeps;
  /** The cluster; writes fail once the Lease is not held any more. */
  readonly kube: Kube;
  readonly view: LiveView;
  readonly store: Store;
  /** The files of bundles that may be read again. */
  readonly contents: Contents;
  readonly memory: AgentMemory;
  /** Asked to stop: finish the object in flight, start no other. */
  readonly stop: AbortSignal;
  /** Ends requests in flight. */
  readonly signal: AbortSignal;
}

/**
 * What an agent remembers between passes: each part is written by its own room alone. Losing all of it costs a few requests and
 * nothing else.
 */
export interface AgentMemory {
  readonly channel: Readonly<ChannelMemory>;
  readonly site: Readonly<SiteMemory>;
  readonly inventory: Readonly<InventoryMemory>;
  readonly progress: ProgressMemory;
  readonly serving: ServingMemory;
  readonly deliveries: DeliveryMemory;
  readonly faults: FaultMemory;
  readonly explanations: Explanations;
  readonly report: Readonly<ReportMemory>;
}

/** What one room needs of another: rooms never import each other. Applications are named `namespace/name`. */
export interface RoomPorts {
  /** The client that writes an application. */
  readonly writerFor: (app: string) => AppWriter;
  /** Why an object of an application must never be written here; null = it may. */
  readonly offLimits: (id: ObjectId, app: string) => string | null;
  /** The same, and because of its content. */
  readonly objection: (object: { readonly id: ObjectId; readonly digest: Digest }, app: string) => string | null;
  /** The text of an object of a bundle that is at hand; null = it must be fetched again. */
  readonly objectText: (digest: Digest) => string | null;
  /** Starts a pass soon. */
  readonly wake: () => void;
  /** A hash of the fields that the agent owns of an object. */
  readonly fieldsHash: (metadata: ObjectMeta) => string | null;
  /** Creates a namespace that an application needs; resolves when it is there. */
  readonly ensureNamespace: (namespace: string, app: string) => Promise<void>;
  /** Remembers what came of a removal. */
  readonly rememberRemoved: (row: Row) => void;
}

/** Makes an agent that remembers nothing and watches nothing yet. `kube` is the fenced client; `onChange` hears of live changes. */
export function openAgent(
  deps: AgentDeps,
  kube: Kube,
  ports: { readonly onChange: () => void; readonly stop: AbortSignal; readonly signal: AbortSignal },
): Agent {
  const { onChange, stop, signal } = ports;
  const { namespace, namespaces } = deps.settings;
  const memory = newMemory();
  return {
    deps,
    kube,
    contents: deps.contents,
    view: openLiveView(kube, { namespaces, onChange, clock: deps.clock, random: deps.random, parent: signal }),
    store: openStore(kube, namespace),
    memory,
    stop,
    signal,
    wake: onChange,
    ...openRoomPorts(deps, kube, { memory, signal }),
  };
}

function newMemory(): AgentMemory {
  return {
    channel: newChannelMemory(),
    site: newSiteMemory(),
    inventory: newInventoryMemory(),
    progress: new Map(),
    serving: newServingMemory(),
    deliveries: newDeliveryMemory(),
    faults: newFaultMemory(),
    explanations: new Map(),
    report: newReportMemory(),
  };
}

function openRoomPorts(
  deps: AgentDeps,
  kube: Kube,
  { memory, signal }: Pick<Agent, 'memory' | 'signal'>,
): Omit<RoomPorts, 'wake'> {
  const { settings } = deps;
  const writer = (app: string) => writerFor(kube, settings.impersonation, app);
  const text = (digest: Digest) => {
    const made = memory.deliveries.texts.get(digest);
    if (made !== undefined) return Buffer.from(made).toString('utf8');
    const found = objectText(memory.channel, deps.contents, digest);
    // What the bundle names and is lost is fetched again: "unchanged" would read as if it were here.
    if (found === null && isNamed(memory.channel, digest)) {
      deps.transport.reset();
      requestPull(memory.channel);
    }
    return found;
  };
  const contentObjection = openContentCheck(text, settings.reach);
  return {
    writerFor: writer,
    offLimits: (id, app) => offLimits(id, app, settings),
    objection: (object, app) => offLimits(object.id, app, settings) ?? contentObjection(object),
    objectText: text,
    fieldsHash,
    ensureNamespace: (name, app) => ensureNamespace({ memory, writerFor: writer, signal }, name, app),
    rememberRemoved: (row) => {
      rememberRemoved(memory.faults, deps, row);
    },
  };
}
