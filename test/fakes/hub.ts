import { openReports } from '../../hub/collect/reports.ts';
import { withChanges } from '../../hub/model/changes.ts';
import type { State } from '../../hub/model/state.ts';
import { createHubService } from '../../hub/operations/hub-service.ts';
import type { HubParts, OperationReason } from '../../hub/operations/parts.ts';
import { createStatusSignal } from '../../hub/operations/status-signal.ts';
import { openObservedReads } from '../../hub/registry/observed-reads.ts';
import type { GitRequest } from '../../hub/server/git/service.ts';
import { createFleetHealth } from '../../hub/status/fleet-health.ts';
import { createTurns } from '../../hub/model/turns.ts';
import { createMetrics } from '../../hub/server/metrics.ts';
import type { ServerTimes } from '../../hub/server/context.ts';
import { startServer, type HubServer } from '../../hub/server/server.ts';
import { clusterRef, mainRef } from '../../shared/wire/layout.ts';
import { manualClock, silentLog, type ManualClock } from './agent.ts';

/** A hub whose ledger is a value in memory and whose passes only leave their reasons. */
export interface MemoryHub {
  readonly parts: HubParts;
  readonly clock: ManualClock;
  readonly state: () => State;
  /** Why passes were wanted, in order. */
  readonly passes: OperationReason[];
  /** Messages of ledger commits, in order. */
  readonly commits: string[];
  /** Registrations whose streams were ended. */
  readonly revoked: string[];
}

/** A hub in this state, at this time (milliseconds since the epoch). */
export async function memoryHub(first: State, now: number): Promise<MemoryHub> {
  let state = first;
  const clock = manualClock(now);
  const [passes, commits, revoked]: [OperationReason[], string[], string[]] = [[], [], []];
  const changed = createStatusSignal();
  const parts: HubParts = {
    clock,
    log: silentLog,
    metrics: { report: () => undefined },
    reports: await openReports({
      load: () => Promise.resolve([]),
      save: () => Promise.resolve(),
      forget: () => Promise.resolve(),
    }),
    reads: openObservedReads(),
    channel: { roots: () => [], revision: () => null, freshness: () => null, objects: () => new Map() },
    channelId: first.channel,
    channelUrl: null,
    rootFingerprint: `sha256:${'0'.repeat(64)}`,
    heartbeatMs: 60_000,
    localCluster: null,
    publicUrl: () => 'https://hub.example',
    state: () => state,
    isReady: () => true,
    begun: Promise.resolve(),
    shown: () => state,
    sizes: () => new Map(),
    holds: () => [],
    progress: () => new Map(),
    health: {
      expect: () => undefined,
      heard: () => undefined,
      verdict: () => undefined,
      judged: () => undefined,
      idle: () => Promise.resolve(),
    },
    fleetHealth: { kept: createFleetHealth(), turns: createTurns() },
    onPush: () => undefined,
    onRevoked: (registration) => void revoked.push(registration),
    changed,
    change: async (message, reason, apply) => {
      await Promise.resolve();
      const { changes, result } = apply(state);
      const next = withChanges(state, changes);
      if (next !== state) {
        state = next;
        commits.push(message);
        changed.raise();
      }
      passes.push(reason);
      return result;
    },
    trigger: (reason) => void passes.push(reason),
  };
  return { parts, clock, state: () => state, passes, commits, revoked };
}

export const adminToken = 'the-admin-token-of-tests';
export const metricsToken = 'the-metrics-token-of-tests';
export const webhookSecret = 'the-webhook-secret-of-tests';

/** The real server on a free loopback port, over a hub in memory; its Git answers list the refs that the caller may see. */
export function listen(hub: MemoryHub, times: Partial<ServerTimes> = {}): Promise<HubServer> {
  const { clusters, bundles } = hub.state();
  const refs = [...clusters.keys()].map((name) => [clusterRef(name), bundles.get(name)?.commit ?? ''] as const);
  const list = ({ isVisible }: Pick<GitRequest, 'isVisible'>) => ({
    contentType: 'text/plain',
    body: [
      Buffer.from(
        [[mainRef, ''] as const, ...refs].flatMap(([ref, at]) => (isVisible(ref, at) ? [ref] : [])).join('\n'),
      ),
    ],
  });
  return startServer(
    { host: '127.0.0.1', port: 0, tls: null, adminToken, webhookSecret, metricsToken, times },
    {
      hub: createHubService(hub.parts),
      git: { advertise: list, uploadPack: list },
      metrics: createMetrics(),
      clock: hub.clock,
      log: silentLog,
    },
  );
}
