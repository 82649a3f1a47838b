import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFiles, ensureSecret, readSecret, removeAddress, writeAddress } from '../config/data-folder.ts';
import { openReports } from '../collect/reports.ts';
import { fileReportStore } from '../store/reports.ts';
import type { HubConfig } from '../config/config.ts';
import { keepFresh } from './freshness.ts';
import { createHubService } from '../operations/hub-service.ts';
import { createStatusSignal } from '../operations/status-signal.ts';
import { createLoop } from './loop.ts';
import { pass, type PassParts } from '../pass.ts';
import { rootFingerprint } from '../keys/root-documents.ts';
import { openRemotes } from '../store/remotes.ts';
import { startCueEngine } from '../cue/engine.ts';
import { newRenderMemory } from '../render/memory.ts';
import { warmUp } from '../render/warm.ts';
import { openUploadPack } from '../server/git/upload-pack.ts';
import { createMetrics } from '../server/metrics.ts';
import { startServer, type HubServer } from '../server/server.ts';
import { openChannelView } from '../server/feed/channel-view.ts';
import { followSource, openConfigSource, type SourcesPorts } from './sources.ts';
import { createState } from './current-state.ts';
import { openStores } from '../store/open.ts';

/** What a hub needs from outside. */
export interface HubPorts extends SourcesPorts {
  readonly version: string;
}

/** A hub that listens. */
export interface RunningHub {
  readonly url: string;
  /** Resolves when every pass that was wanted so far has ended. */
  readonly idle: () => Promise<void>;
  /** Finishes what runs, ends streams and connections, and takes the address away. */
  readonly close: () => Promise<void>;
}

/**
 * Starts a hub: opens what the data folder holds, listens, and runs passes until it is closed. It listens before the
 * first pass, so that agents are served while the config repository is read.
 */
export async function startHub(config: HubConfig, ports: HubPorts): Promise<RunningHub> {
  const { clock, log, version } = ports;
  const { data } = config;
  const adminToken = await ensureSecret(data, dataFiles.adminToken);
  const webhookSecret =
    config.webhookSecretFile === null
      ? await ensureSecret(data, dataFiles.webhookSecret)
      : await readSecret(config.webhookSecretFile);
  const stop = new AbortController();
  const remotes = openRemotes(config, ports.createHttp);
  const stores = await openStores(data, { clock, remotes, keyFile: config.keyFile, signal: stop.signal });
  const { keys, store, channel, served, confirm } = stores;
  const reports = await openReports(fileReportStore(join(data, 'reports'), log));
  const opened = await openConfigSource(config, ports);
  const cue = startCueEngine({ clock, ...config.render });
  const metrics = createMetrics();
  const changed = createStatusSignal();
  const state = createState(await store.read(), changed.raise);
  const view = openChannelView(served, keys.roots, state.now);
  let server: HubServer | null = null;

  const parts: PassParts = {
    clock,
    metrics,
    store,
    cue,
    source: opened.source,
    publishing: { store, channel, keys, clock, confirm, freshMs: config.freshMs },
    localCluster: config.localCluster,
    memory: { last: null, passedOver: [] },
    rendered: newRenderMemory(),
    holds: { last: null },
    reports: reports.current,
    notify: ({ state: next, clusters }) => {
      state.set(next);
      server?.streams.poll(clusters.flatMap((name) => next.clusters.get(name)?.registration ?? []));
    },
  };
  const loop = createLoop({
    ...ports,
    metrics,
    store,
    pass: (look, signal) => pass(parts, look, signal),
    onState: state.set,
    onFailure: state.fail,
    tidy: stores.consolidate,
  });
  const hub = createHubService({
    clock,
    log,
    metrics,
    change: loop.change,
    trigger: loop.wake,
    reports,
    changed,
    channel: view,
    channelId: keys.channel,
    channelUrl: config.channel?.url ?? null,
    rootFingerprint: rootFingerprint(keys),
    heartbeatMs: config.heartbeatMs,
    publicUrl: () => config.listen.publicUrl ?? server?.url ?? '',
    state: state.now,
    shown: state.shown,
    onPush: opened.source.expect,
    onRevoked: (registration) => server?.streams.close(registration),
  });
  const git = openUploadPack(served, `sluice/${version}`);
  server = await startServer({ ...config.listen, adminToken, webhookSecret }, { hub, git, metrics, clock, log });
  const { url } = server;
  const { tls } = config.listen;
  await writeAddress(data, url, tls === null ? null : await readFile(tls.certFile, 'utf8'));

  loop.wake('start');
  void warmUp(cue, stop.signal);
  keepFresh({ ...ports, publishing: parts.publishing, loop, signed: view.refresh }, stop.signal);
  followSource(opened, loop, { poll: config.source.poll, ports, signal: stop.signal });
  return {
    url,
    idle: () => loop.alone(() => Promise.resolve()),
    close: async () => {
      stop.abort();
      await server.close();
      await loop.close();
      await Promise.all([reports.flush(), opened.close(), cue.close(), removeAddress(data, url)]);
      stores.close();
      remotes.close();
    },
  };
}
