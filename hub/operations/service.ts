import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { PushHint } from '../../shared/ports/repo.ts';
import { newSeed, signerOf } from '../../shared/wire/envelope.ts';
import { feedPaths } from '../../shared/wire/feed.ts';
import { joinLine } from '../../shared/wire/join.ts';
import { readEnrolment, readReport } from '../collect/authenticate.ts';
import type { ReportBook } from '../collect/reports.ts';
import type { Loop } from '../run/loop.ts';
import { joinBody, removeBody, approveBody, type ClusterEntry } from '../api/bodies.ts';
import type { ChannelView } from '../model/channel.ts';
import type { LedgerState } from '../model/ledger.ts';
import type { Metrics } from '../model/metrics.ts';
import { approve, enrol, hasLeft, remove, revoke, setLabels } from '../registry/change.ts';
import { join } from '../registry/join.ts';
import type { HubDoor } from '../server/door.ts';
import { clusterOf } from '../status/cluster.ts';
import { statusView } from '../status/view.ts';

/** What the requests of the web interface are answered with. */
export interface DoorParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'report'>;
  readonly loop: Loop;
  readonly reports: ReportBook;
  readonly channel: ChannelView;
  readonly channelId: string;
  /** The channel's Git host, where there is one. */
  readonly channelUrl: string | null;
  readonly rootFingerprint: string;
  readonly heartbeatMs: number;
  /** The address that join lines name. */
  readonly publicUrl: () => string;
  /** The state as it was last committed; throws UNAVAILABLE before the first one. */
  readonly state: () => LedgerState;
  /** The state with what only this process knows (problems of the last try), for status. */
  readonly shown: () => LedgerState;
  /** Told what a webhook said of a push, before the pass that it starts. */
  readonly onPush: (push: PushHint) => void;
  readonly onRevoked: (registration: string) => void;
  /** Tells those who watch the status that it may have changed. */
  readonly changed: StatusSignal;
}

/** A counter that can be waited for. */
export interface StatusSignal {
  readonly version: () => number;
  readonly raise: () => void;
  readonly listen: (changed: () => void) => () => void;
}

const tokenMs = 3_600_000;

/** Makes the counter. */
export function createStatusSignal(): StatusSignal {
  const listeners = new Set<() => void>();
  let version = 1;
  return {
    version: () => version,
    raise: () => {
      version++;
      for (const listener of [...listeners]) listener();
    },
    listen: (changed) => {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
  };
}

/** What the web interface asks of the hub: reads answer from memory, changes go through the loop into the ledger. */
export function createDoor(parts: DoorParts): HubDoor {
  const { loop, clock, reports, state } = parts;
  const facts = () => ({
    state: parts.shown(),
    reports: reports.current(state()),
    now: clock.now(),
    heartbeat: parts.heartbeatMs,
  });
  const entryOf = (name: string): ClusterEntry => {
    const record = state().clusters.get(name);
    if (record === undefined) throw new Error('a cluster that was just changed is gone');
    return clusterOf(record, facts());
  };
  const instant = () => new Date(clock.now()).toISOString();
  return {
    state,
    channel: parts.channel,
    pushed: (push) => {
      if (push !== null) parts.onPush(push);
      loop.wake('webhook');
    },
    ...intakeDoor(parts),
    statusVersion: parts.changed.version,
    onStatus: parts.changed.listen,
    status: (query) => statusView(facts(), query),
    list: () => [...state().clusters.keys()].sort().map(entryOf),
    join: (body) => joinCluster(parts, joinBody.parse(body)),
    labels: async (name, labels) => {
      await loop.change(`label ${name}`, 'registry', (now) => setLabels(now, name, labels));
      return entryOf(name);
    },
    revoke: async (name) => {
      const record = await loop.change(`revoke ${name}`, 'registry', (now) => revoke(now, name));
      parts.onRevoked(record.registration);
      return entryOf(name);
    },
    remove: async (name, body) => {
      const options = removeBody.parse(body);
      const record = await loop.change(`remove ${name}`, 'registry', (now) => remove(now, name, options));
      return { name, state: record === null ? 'gone' : 'leaving' };
    },
    approve: async (body) => {
      const { change, by } = approveBody.parse(body);
      const who = { by, at: instant() };
      const approval = await loop.change(`approve ${change}`, 'approval', (now) => approve(now, change, who));
      return { change: approval.change, ids: [...approval.ids] };
    },
  };
}

/** What agents send: their key once, then reports. */
function intakeDoor(parts: DoorParts): Pick<HubDoor, 'enrol' | 'report'> {
  const { loop, clock, reports, state, metrics, log } = parts;
  return {
    enrol: async (body) => {
      const { record, enrolment } = readEnrolment(body, state(), clock.now());
      if (record.agentKey === enrolment.publicKey) return;
      const enrolled = (now: LedgerState) => enrol(now, record.name, enrolment.publicKey);
      await loop.change(`enrol the agent of ${record.name}`, 'registry', enrolled);
      log.info('an agent enrolled', { cluster: record.name });
    },
    report: async (body) => {
      const authentic = readAuthentic(parts, body);
      const { record, report } = authentic;
      const { answer, fresh, matters } = reports.take(authentic, state(), clock.now());
      metrics.report(fresh ? 'taken' : 'replayed');
      if (!fresh) return answer;
      parts.changed.raise();
      if (hasLeft(state(), report)) {
        const forget = (now: LedgerState) => remove(now, record.name, { mode: 'orphan', forget: true });
        await loop.change(`${record.name} has left`, 'report', forget);
      } else if (matters) loop.wake('report');
      return answer;
    },
  };
}

function readAuthentic({ state, metrics }: DoorParts, body: Uint8Array) {
  try {
    return readReport(body, state());
  } catch (error) {
    metrics.report('refused');
    throw error;
  }
}

async function joinCluster(parts: DoorParts, body: ReturnType<typeof joinBody.parse>) {
  const { loop, clock } = parts;
  const seed = newSeed();
  const now = clock.now();
  const expires = new Date(now + tokenMs).toISOString();
  const token = { publicKey: signerOf(seed).publicKey, expires };
  const mint = { registration: randomUUID(), token, now: new Date(now).toISOString() };
  const { record, minimumGeneration } = await loop.change(`join ${body.name}`, 'registry', (state) => {
    return join(state, body, mint);
  });
  const hub = parts.publicUrl();
  const line = joinLine({
    format: 1,
    channel: parts.channelId,
    url: channelUrlOf(parts, body),
    hub: body.reports ? hub : null,
    registration: record.registration,
    cluster: record.name,
    rootFingerprint: parts.rootFingerprint,
    minimumGeneration,
    token: seed,
    expires,
  });
  return { name: record.name, registration: record.registration, line, expires };
}

function channelUrlOf({ publicUrl, channelUrl }: DoorParts, body: ReturnType<typeof joinBody.parse>): string {
  if (body.channelUrl !== null) return body.channelUrl;
  if (body.transport !== 'feed' && channelUrl !== null) return channelUrl;
  return body.transport === 'git' ? publicUrl() + feedPaths.git : `sluice+${publicUrl()}`;
}
