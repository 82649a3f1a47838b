import { runAgent } from '../../agent/run/loop.ts';
import { memoryContents } from '../../agent/model/contents.ts';
import { requestPull } from '../../agent/channel/memory.ts';
import { fenced } from '../../agent/kube/lease/fence.ts';
import type { Outcome } from '../../agent/model/outcome.ts';
import { openAgent, type Agent } from '../../agent/agent.ts';
import type { Site } from '../../agent/model/site.ts';
import type { ChannelSnapshot, VerifiedBundle } from '../../agent/model/bundle.ts';
import { defaultSettings, type AgentDeps } from '../../agent/model/deps.ts';
import { pass } from '../../agent/pass.ts';
import { cronFields } from '../../shared/adapters/schedule.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { SluiceError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/lib/canonical.ts';
import type { AgentReport, ReportMessage } from '../../shared/wire/report.ts';
import { identity, noon } from '../fixtures/agent/bundle.ts';
import type { FakeKube } from './kube.ts';
import { allReady, stepControllers, type Readiness } from './workloads.ts';

/** A clock that stands still until it is moved; timers run when their time comes. */
export interface ManualClock extends Clock {
  readonly move: (ms: number) => void;
}

export function manualClock(start = noon): ManualClock {
  let elapsed = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const after = (ms: number, run: () => void) => {
    const timer = { at: elapsed + ms, run };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const cancel = after(ms, resolve);
        signal.addEventListener('abort', () => {
          cancel();
          reject(new Error('aborted'));
        });
      }),
    move: (ms) => {
      elapsed += ms;
      for (const timer of [...timers]) {
        if (timer.at > elapsed) continue;
        timers.delete(timer);
        timer.run();
      }
    },
  };
}

/** A clock on which `ms` milliseconds pass just before its reading with the number `late`, as for a process that had to wait. */
export function lateClock(clock: ManualClock, late: number, ms: number): ManualClock {
  let readings = 0;
  const read = (of: () => number) => () => {
    if (++readings === late) clock.move(ms);
    return of();
  };
  return { ...clock, now: read(clock.now), monotonic: read(clock.monotonic) };
}

export const silentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A channel that hands out what was published last, already verified; what was kept of it is verified by being known. */
export interface FakeChannel {
  publish: (bundle: VerifiedBundle) => void;
  fail: (error: Error | null) => void;
  readonly wake: () => void;
  readonly transport: AgentDeps['transport'];
  readonly verify: AgentDeps['verify'];
}

export function fakeChannel(): FakeChannel {
  let current: VerifiedBundle | null = null;
  const known = new Map<string, VerifiedBundle>();
  let error: Error | null = null;
  let wake = () => {};
  return {
    publish: (bundle) => {
      current = bundle;
      known.set(bundle.mark.revisionDigest, bundle);
      wake();
    },
    fail: (next) => (error = next),
    wake: () => wake(),
    transport: {
      pull: (have) => {
        if (error !== null) return Promise.reject(error);
        if (current === null || have?.revisionDigest === current.mark.revisionDigest)
          return Promise.resolve({ kind: 'unchanged' });
        return Promise.resolve({ kind: 'changed', snapshot: snapshotOf(current) });
      },
      listen: (onWake, signal) =>
        new Promise((resolve) => {
          wake = onWake;
          signal.addEventListener('abort', () => resolve());
        }),
      reset: () => undefined,
    },
    verify: (snapshot) => {
      const bundle = known.get(digestOf(snapshot.revision.payload));
      if (bundle === undefined) throw new SluiceError('SIGNATURE_INVALID', 'it was never published');
      return bundle;
    },
  };
}

function snapshotOf({ envelope, files, objectText }: VerifiedBundle): ChannelSnapshot {
  const bytes = (text: string) => Buffer.from(text, 'utf8');
  return {
    ...files,
    revision: { payload: bytes(envelope.payload), signatures: bytes(envelope.signatures) },
    object: (_path, digest) => {
      const text = objectText(digest);
      return Promise.resolve(text === null ? null : bytes(text));
    },
  };
}

/** The dependencies of an agent on a fake cluster. */
export function testDeps(
  kube: FakeKube,
  channel: FakeChannel,
  clock: Clock,
  change: Partial<AgentDeps> = {},
): AgentDeps {
  let ids = 0;
  return {
    kube,
    transport: channel.transport,
    verify: channel.verify,
    contents: memoryContents(),
    deliver: () => Promise.resolve(null),
    clock,
    random: () => 0.5,
    uuid: () => `nonce-${clock.monotonic()}-${++ids}`,
    cron: cronFields,
    log: silentLog,
    identity,
    settings: { ...defaultSettings, namespace: 'sluice-system', holder: 'a', version: '0', settleMs: 100 },
    ...change,
  };
}

/** An agent without a loop: passes are run by hand. */
export function handAgent(deps: AgentDeps, stop = new AbortController()): Agent & { readonly close: () => void } {
  const hard = new AbortController();
  const kube = fenced(deps.kube, { isHeld: () => true, onStep: deps.onStep ?? (() => undefined) });
  const agent = openAgent(deps, kube, { onChange: () => undefined, stop: stop.signal, signal: hard.signal });
  return { ...agent, close: () => hard.abort() };
}

/** The loop of an agent by a clock that is moved by hand. */
export interface SteppedAgent {
  /** Waits until no pass runs, and moves the clock. */
  readonly move: (ms: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Runs an agent's loop; `clock` is the one that its dependencies read, or what that one is made of. */
export function steppedAgent(deps: AgentDeps, clock: ManualClock): SteppedAgent {
  const stop = new AbortController();
  let isBusy = true;
  const probes = {
    joined: () => undefined,
    leads: () => undefined,
    passGoesOn: () => undefined,
    passBegins: () => void (isBusy = true),
  };
  const running = runAgent({ ...deps, probes: { ...probes, passEnds: () => void (isBusy = false) } }, stop.signal);
  // What follows a pass, and what begins the next one, take some turns of the event loop.
  const idle = async (): Promise<void> => {
    for (let turns = 0; turns < 20; turns = isBusy ? 0 : turns + 1) await new Promise((next) => setImmediate(next));
  };
  return {
    move: async (ms) => {
      await idle();
      clock.move(ms);
    },
    stop: async () => {
      stop.abort();
      await running;
    },
  };
}

/** Makes the agent's next pass pull. */
export function pullNext(agent: Agent): void {
  requestPull(agent.memory.channel);
}

/** Makes the agent see this site, as its watch would. */
export function setSite(agent: Agent, site: Partial<Site>): void {
  const memory: { current: Site } = agent.memory.site;
  memory.current = { labels: {}, hold: null, window: null, ...site };
}

/** Runs passes and controllers in turn until neither changes anything; throws when that never comes. */
export async function settle(
  agent: Agent,
  kube: FakeKube,
  options: {
    readonly clock: ManualClock;
    readonly readiness?: Readiness;
    readonly each?: () => void;
    readonly max?: number;
  },
): Promise<Outcome> {
  requestPull(agent.memory.channel);
  let quiet = 0;
  for (let round = 0; round < (options.max ?? 60); round += 1) {
    const writes = kube.writesLog.length;
    const outcome = await pass(agent);
    const { stored } = agent.memory.inventory;
    if (!outcome.didWrite && stored !== null) await agent.store.tidy(stored, agent.signal);
    options.each?.();
    const didMove = stepControllers(kube, options.readiness ?? allReady);
    options.each?.();
    options.clock.move(150);
    quiet = kube.writesLog.length === writes && !didMove ? quiet + 1 : 0;
    if (quiet > 1) return outcome;
  }
  throw new Error(`not settled: ${kube.writesLog.slice(-12).join(', ')}`);
}

/** The report of a message to a hub that reads format 1. */
export function wholeOf(message: ReportMessage): AgentReport {
  if (message.kind === 'whole') return message.report;
  throw new Error(`a ${message.kind} came where a whole report was to come`);
}

/** Reports that were delivered. */
export function reportSink(): { readonly reports: AgentReport[]; readonly deliver: AgentDeps['deliver'] } {
  const reports: AgentReport[] = [];
  return {
    reports,
    deliver: (message) => {
      reports.push(wholeOf(message));
      return Promise.resolve(null);
    },
  };
}
