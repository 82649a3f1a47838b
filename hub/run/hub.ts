import { readFile } from 'node:fs/promises';
import { healthMatters } from '../collect/health-matters.ts';
import type { HubConfig } from '../config/config.ts';
import { cronFields } from '../../shared/adapters/schedule.ts';
import { removeAddress, writeAddress } from '../config/data-folder.ts';
import { createHealthJudge, type HealthJudge, type JudgePorts } from '../health/judge.ts';
import { rootFingerprint } from '../keys/root-documents.ts';
import { createHubService, type HubService } from '../operations/hub-service.ts';
import { createStatusSignal } from '../operations/status-signal.ts';
import { pass, type PassParts } from '../pass.ts';
import type { State } from '../model/state.ts';
import { fileSizes } from '../publish/file-sizes.ts';
import type { PublishDeps } from '../publish/types.ts';
import { openObservedReads } from '../registry/observed-reads.ts';
import { newRenderMemory } from '../render/memory.ts';
import { warmUp } from '../render/warm.ts';
import { manifestReader } from '../load/manifests.ts';
import { componentSourcesOf } from '../sources/list.ts';
import { openChannelView, type RefreshedView } from '../server/feed/channel-view.ts';
import { openUploadPack } from '../server/git/upload-pack.ts';
import { createMetrics, type PrometheusMetrics } from '../server/metrics.ts';
import { createFleetHealth } from '../status/fleet-health.ts';
import { createTurns } from '../model/turns.ts';
import { startServer, type HubServer } from '../server/server.ts';
import { closingOnFailure, createClosers, type Closers } from './closers.ts';
import { backedBy } from '../store/backed.ts';
import { followClock } from './clock-set.ts';
import { createCurrentState, type CurrentState } from './current-state.ts';
import { renewFreshness } from './freshness.ts';
import { hourly } from './hourly.ts';
import { createLoop, type Loop } from './loop.ts';
import { openQuestions } from '../deliver/questions.ts';
import { openEffects } from './effects.ts';
import { openHub, type HubPorts, type OpenedHub } from './opened-hub.ts';
import { rehearse } from './rehearsal/rehearse.ts';
import { listenAgain } from './listen.ts';
import { followSource } from './sources.ts';

/** A hub that listens. */
export interface RunningHub {
  readonly url: string;
  /** Resolves when every pass that was triggered so far has ended. */
  readonly idle: () => Promise<void>;
  /** Finishes what runs, ends streams and connections, and removes the address from the data folder. */
  readonly close: () => Promise<void>;
}

/**
 * Starts a hub: opens what the data folder holds, listens, reads it, and runs passes until it is closed. It listens before it reads,
 * so that those who ask meanwhile are told that it starts, and before the first pass, so that agents are served while the config
 * repository is read. A start that fails, or that `signal` ends, closes what it opened.
 */
export async function startHub(config: HubConfig, ports: HubPorts, signal?: AbortSignal): Promise<RunningHub> {
  const closers = createClosers();
  return closingOnFailure(closers, () => openAndListen(config, ports, { closers, signal }));
}

async function openAndListen(
  config: HubConfig,
  ports: HubPorts,
  given: { readonly closers: Closers; readonly signal: AbortSignal | undefined },
): Promise<RunningHub> {
  const { closers } = given;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(given.signal === undefined ? [] : [given.signal])]);
  const opened = await openHub(config, ports, { closers, signal });
  const front: Front = { server: null };
  const wired = wireHub(opened, config, { ...ports, stopped: signal }, front);
  const { loop, hub, metrics, publishing, refresh } = wired;
  closers.add(loop.close);
  // Once: what is read first is what everything begins with.
  let read: Promise<State> | null = null;
  const reading = (): Promise<State> => (read ??= wired.read());
  const server = await listenAgain(config, {
    start: (port) => listen(opened, { ...config.listen, port }, ports, { hub, metrics }),
    log: ports.log,
    hasClusters: async () => (await reading()).clusters.size > 0,
  });
  closers.add(server.close);
  front.server = server;
  const { url } = server;
  const { tls } = config.listen;
  const { documents } = await reading();
  signal.throwIfAborted();
  // Who finds it is answered.
  closers.add(() => removeAddress(config.data, url));
  await writeAddress(config.data, url, tls === null ? null : await readFile(tls.certFile, 'utf8'));

  closers.add(() => stop.abort());
  loop.trigger('start');
  const { idle } = loop;
  // Not beside the first pass and a fleet that comes back; who has documents reads them in the first pass.
  void idle().then(() => warmUp(opened.cue, signal));
  if (documents.length === 0) void idle().then(() => rehearse(opened.reader, ports.clock, signal));
  renewFreshness({ ...ports, publishing, loop, signed: refresh }, signal);
  hourly({ ...ports, loop, run: opened.stores.consolidate }, signal);
  followClock({ ...ports, loop, reports: opened.reports }, signal);
  followSource(opened.source, loop, { poll: config.source.poll, ports, signal });
  return { url, idle, close: closers.closeAll };
}

/** The server once it listens: what is wired before it finds it here. */
interface Front {
  server: HubServer | null;
}

/** The parts of a hub that act, joined to each other. */
interface WiredHub {
  readonly loop: Loop;
  readonly hub: HubService;
  readonly metrics: PrometheusMetrics;
  readonly publishing: PublishDeps;
  /** Reads the reports and the state: until then there is neither. Throws LEDGER_INVALID. */
  readonly read: () => Promise<State>;
  /** Shows the freshness lists as they are on disk now. */
  readonly refresh: () => void;
}

/** The ports of a hub, and what ends its work. */
type WiringPorts = HubPorts & { readonly stopped: AbortSignal };

function wireHub(opened: OpenedHub, config: HubConfig, ports: WiringPorts, front: Front): WiredHub {
  const { clock, stopped } = ports;
  const { keys, store, channel, served, confirm, retention } = opened.stores;
  const [metrics, changed, reads] = [createMetrics(), createStatusSignal(), openObservedReads()];
  const state = createCurrentState(changed.raise);
  const view = openChannelView(backedBy(served, store.objects), keys.roots, state.now);
  const { freshMs } = config;
  const publishing: PublishDeps = { store, channel, keys, clock, confirm, freshMs, onCommit: view.learn };
  const notify: PassParts['notify'] = ({ state: next, clusters }) => {
    state.set(next);
    front.server?.streams.poll(clusters.flatMap((name) => next.clusters.get(name)?.registration ?? []));
  };
  // A verdict counts as a report does.
  const turned: JudgePorts['turned'] = (unit) => {
    if (healthMatters(unit, state.now())) loop.trigger('report');
  };
  const health = judgeOf(opened, state, { clock, changed: changed.raise, turned, signal: stopped });
  const effects = openEffects(config, { ...ports, changed: () => loop.trigger('effect'), signal: stopped });
  const told = { notify, judge: health.expect, judged: health.judged, reads: reads.current, effects };
  const parts = passParts(opened, config, { clock, metrics, publishing, ...told });
  const loop = createLoop({
    ...ports,
    metrics,
    store,
    pass: (look, signal, isAwaited) => pass({ ...parts, isAwaited }, look, signal),
    onState: state.set,
    onFailure: state.fail,
    prepareTidy: retention.prepare,
    tidy: () => tidyAll(opened, state),
  });
  const hub = createHubService({
    ...ports,
    metrics,
    change: loop.change,
    // The first pass looks for commits anyway, and none comes before it.
    trigger: (reason) => (state.isKnown() ? loop.trigger(reason) : undefined),
    reports: opened.reports,
    reads,
    health,
    fleetHealth: { kept: createFleetHealth(), turns: createTurns() },
    changed,
    channel: view,
    channelId: keys.channel,
    channelUrl: config.channel?.url ?? null,
    rootFingerprint: rootFingerprint(keys),
    heartbeatMs: config.heartbeatMs,
    localCluster: config.localCluster,
    publicUrl: () => config.listen.publicUrl ?? front.server?.url ?? '',
    state: state.now,
    isReady: state.isKnown,
    begun: state.known,
    shown: state.shown,
    sizes: (bundle) => fileSizes(store, bundle),
    holds: () => parts.holds.last ?? [],
    progress: () => parts.progress.last ?? new Map(),
    onPush: opened.source.source.expect,
    onRevoked: (registration) => front.server?.streams.close(registration),
  });
  return { loop, hub, metrics, publishing, read: () => readAll(opened, state, view), refresh: view.refresh };
}

async function readAll({ reports, stores }: OpenedHub, state: CurrentState, view: RefreshedView): Promise<State> {
  // The database reads in a thread of its own.
  const [first] = await Promise.all([stores.store.read(), reports.load()]);
  state.set(first);
  // The lists that were signed before are still good.
  view.refresh();
  return first;
}

/** What is due from time to time, and nothing waits for. */
async function tidyAll({ stores, reports }: OpenedHub, state: CurrentState): Promise<void> {
  await stores.consolidate();
  await stores.retention.run();
  await reports.forget(state.now());
}

function judgeOf(
  { cue, reports }: OpenedHub,
  state: CurrentState,
  ports: Pick<JudgePorts, 'clock' | 'changed' | 'turned' | 'signal'>,
): HealthJudge {
  return createHealthJudge({ ...ports, cue, reports: () => reports.current(state.now()) });
}

function passParts(
  { cue, source, reader, reports, stores }: OpenedHub,
  { localCluster, heartbeatMs }: HubConfig,
  parts: Pick<PassParts, 'clock' | 'metrics' | 'publishing' | 'notify' | 'judge' | 'judged' | 'reads' | 'effects'>,
): Omit<PassParts, 'isAwaited'> {
  return {
    ...parts,
    store: stores.store,
    cue,
    source: source.source,
    sources: componentSourcesOf(manifestReader(reader)),
    localCluster,
    memory: { last: null, passedOver: [] },
    rendered: newRenderMemory(),
    holds: { last: null },
    planned: { last: null },
    progress: { last: null },
    parts: { published: new Map() },
    questions: openQuestions(),
    listeningSince: parts.clock.now(),
    heartbeatMs,
    cron: cronFields,
    reports: reports.current,
  };
}

function listen(
  { secrets, stores }: OpenedHub,
  address: HubConfig['listen'],
  { clock, log, version, openFiles }: HubPorts,
  parts: Pick<WiredHub, 'hub' | 'metrics'>,
): Promise<HubServer> {
  const git = openUploadPack(backedBy(stores.served, stores.store.objects), `sluice/${version}`);
  return startServer(
    { ...address, ...secrets, ...(openFiles !== undefined && { openFiles }) },
    { ...parts, git, clock, log },
  );
}
