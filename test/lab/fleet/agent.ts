import { feedTransport } from '../../../agent/channel/feed.ts';
import { listenTo } from '../../../agent/channel/listen.ts';
import { hubHttp } from '../../../agent/channel/hub-http.ts';
import { verify } from '../../../agent/channel/verify/verify.ts';
import { agentAuthorization } from '../../../agent/identity/credential.ts';
import { enrol } from '../../../agent/identity/enrol.ts';
import type { VerifiedBundle } from '../../../agent/model/bundle.ts';
import type { AgentSettings } from '../../../agent/model/deps.ts';
import type { Identity } from '../../../agent/model/site.ts';
import { createDelivery } from '../../../agent/report/deliver.ts';
import { openExchange } from '../../../agent/report/exchange.ts';
import { identityOf } from '../../../agent/run/start.ts';
import { systemClock, systemRandom } from '../../../shared/adapters/clock.ts';
import { backoff } from '../../../shared/lib/backoff.ts';
import type { Digest } from '../../../shared/lib/canonical.ts';
import type { Http } from '../../../shared/ports/http.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import { bundleFiles } from '../../../shared/wire/bundle.ts';
import { newSeed, signerOf } from '../../../shared/wire/envelope.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { parseJoinLine } from '../../../shared/wire/join.ts';
import type { AgentReport, ReportApp, ReportMessage } from '../../../shared/wire/report.ts';
import type { BundleApp } from '../../../shared/wire/revision.ts';

/**
 * An agent that speaks to the hub as a real one does (the agent's own enrolment, feed, verification, stream and delivery), and
 * has no cluster: it reports at once that everything of its bundle runs.
 */
export interface FleetAgent {
  readonly cluster: string;
  readonly enrol: (signal: AbortSignal) => Promise<void>;
  /** Asks the feed once; true when it had another bundle, which is verified then. */
  readonly pull: (signal: AbortSignal) => Promise<boolean>;
  readonly registration: string;
  /** Delivers a report of the bundle at hand, and answers its number: all of it, one application that changed, or that nothing did. */
  readonly report: (signal: AbortSignal, kind?: ReportMessage['kind']) => Promise<number>;
  /** Pulls and reports whenever the hub's stream says so, until the signal aborts; `onReported` hears of each report of a new bundle. */
  readonly follow: (onReported: (commit: string) => void, signal: AbortSignal) => Promise<void>;
}

/** Each report is due at once. */
const everyReport = { heartbeatMs: 0 } as AgentSettings;

const quiet: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The agent of a join line. */
export function fleetAgent(line: string, connections: Http): FleetAgent {
  const ticket = parseJoinLine(line);
  const identity = identityOf(ticket);
  const [token, own] = [signerOf(ticket.token), signerOf(newSeed())];
  const hub = identity.hub ?? '';
  const http = hubHttp(connections);
  let signer = token;
  const authorization = agentAuthorization(identity, () => signer, systemClock);
  const feed = feedTransport(hub, { http, identity, authorization });
  const deliver = createDelivery({ http, hub, signer: () => signer, authorization });
  let bundle: VerifiedBundle | null = null;
  let changes = 0;
  const begin = () => openExchange({ clock: systemClock, hubReads: http.hubReads, settings: everyReport });
  let exchange = begin();

  const pull = async (signal: AbortSignal): Promise<boolean> => {
    const have = bundle === null ? null : { revisionDigest: bundle.mark.revisionDigest, objects: digestsOf(bundle) };
    const pulled = await feed.pull(have, signal);
    if (pulled.kind === 'unchanged') return false;
    const trust = { mark: bundle?.mark ?? null, rootVersion: 0, timeFloor: 0, previous: bundle };
    const before = bundle?.mark.revisionDigest;
    bundle = await verify({ snapshot: pulled.snapshot, identity, trust, now: Date.now() });
    return bundle.mark.revisionDigest !== before;
  };
  const report = async (signal: AbortSignal, kind: ReportMessage['kind'] = 'whole'): Promise<number> => {
    if (kind === 'whole') exchange = begin();
    if (kind === 'change') changes += 1;
    const next = exchange.begin({ report: reportOf(identity, bundle, changes), envelope: null });
    if (next === null) throw new Error('a heartbeat is always due');
    exchange.answered(await deliver(next.message, signal));
    return next.makes.report.sequence;
  };
  return {
    cluster: identity.cluster,
    registration: identity.registration,
    enrol: async (signal) => {
      await enrol({ http, hub, identity, token, publicKey: own.publicKey }, signal);
      signer = own;
    },
    pull,
    report,
    follow: async (onReported, signal) => {
      // A report whose answer is lost is due until it is delivered.
      let isDue = false;
      const turns = oneAtATime(async () => {
        if (await retried(() => pull(signal), signal)) isDue = true;
        if (!isDue || bundle === null || signal.aborted) return;
        const { commit } = bundle.revision.source;
        if ((await retried(() => report(signal), signal)) === null) return;
        isDue = false;
        onReported(commit);
      });
      const deps = { http, identity, authorization, clock: systemClock, random: systemRandom, log: quiet };
      await listenTo(hub, deps, { trigger: turns, signal });
    },
  };
}

/**
 * Tries again after what a busy hub does not answer, as agents do. Null when the signal aborts, and where the feed has nothing: without a bundle
 * yet, the stream says when.
 */
async function retried<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (isSluiceError(error, 'NOT_FOUND') || signal.aborted) return null;
    }
    await systemClock.sleep(backoff(attempt, systemRandom, retries), signal).catch(() => undefined);
  }
}

const retries = { first: 1_000, max: 15_000 };

/** Runs work when it is asked for: never twice at once, and once more after the running one when asked meanwhile. */
function oneAtATime(work: () => Promise<void>): () => void {
  let [isRunning, isAsked] = [false, false];
  const run = async (): Promise<void> => {
    isRunning = true;
    while (isAsked) {
      isAsked = false;
      await work().catch(() => undefined);
    }
    isRunning = false;
  };
  return () => {
    isAsked = true;
    if (!isRunning) void run();
  };
}

function digestsOf({ revision }: VerifiedBundle): ReadonlySet<Digest> {
  return new Set(bundleFiles(revision).map(({ digest }) => digest));
}

/** The report of a cluster where everything runs as the bundle wants it. */
function reportOf(identity: Identity, bundle: VerifiedBundle | null, changes: number): AgentReport {
  const now = new Date().toISOString();
  const { channel, registration, cluster } = identity;
  return {
    ...{ format: formats.report.lowest, channel, registration, cluster, sequence: 0, issuedAt: now },
    agent: { version: '0.2.0', kubernetes: 'v1.34.0', capabilities: ['gateway', 'ingress'], clusterUid: registration },
    accepted: bundle?.mark ?? null,
    settled: true,
    conditions: [{ type: 'Ready', status: 'True', reason: 'Settled', message: '', since: now }],
    apps: (bundle?.revision.apps ?? []).map((app, index) => appReport(app, index === 0 ? changes : 0)),
    retired: { settled: (bundle?.revision.retired ?? []).map(({ id }) => id), survivors: [], unexplained: [] },
  };
}

function appReport({ namespace, name, digest, revisions, objects }: BundleApp, changes: number): ReportApp {
  return {
    ...{
      namespace,
      name,
      desired: digest,
      applied: digest,
      phase: 'settled',
      health: 'Healthy',
      message: `Ready:1/1${' '.repeat(changes % 2)}`,
    },
    revisions: revisions.map((revision) => ({ name: revision.name, ready: 1, desired: 1 })),
    traffic: [],
    objects: { total: objects.length, current: objects.length },
    problems: [],
  };
}
