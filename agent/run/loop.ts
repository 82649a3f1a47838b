import { isFresh } from '../channel/update.ts';
import { explainBlocked } from '../health/explain.ts';
import { openLiveView } from '../live/view.ts';
import { watchSite } from '../site/watch.ts';
import { openStore } from '../inventory/store.ts';
import { fenced } from '../kube/lease/fence.ts';
import { openLease } from '../kube/lease/lease.ts';
import type { Agent, Outcome } from '../model/agent.ts';
import type { AgentDeps } from '../model/deps.ts';
import { holdChangesAt } from '../model/hold.ts';
import { newMemory } from '../model/memory.ts';
import { nextRetry } from '../apply/run.ts';
import { pass } from '../pass.ts';
import { buildReport } from '../report/build.ts';
import { openReporter, type MakeReport, type Reporter } from '../report/reporter.ts';
import { discoverCapabilities } from '../report/capabilities.ts';
import { openTrigger, type Trigger } from './trigger.ts';
import { asSluiceError, isSluiceError } from '../../shared/errors.ts';
import { backoff, jittered } from '../../shared/lib/backoff.ts';

/**
 * Runs the agent until `stop` aborts: takes the Lease, then runs a pass whenever a watch, the wake-up stream, a timer or the site
 * says that something may be new. On stop it finishes the object in flight, leaves a state that resumes, reports, and gives the
 * Lease back. Rejects only with what no retry can mend.
 */
export async function runAgent(deps: AgentDeps, stop: AbortSignal): Promise<void> {
  const hard = new AbortController();
  const cancelHard = onAbort(stop, () => deps.clock.after(deps.settings.stopMs, () => hard.abort()));
  const { namespace, holder, leaseMs } = deps.settings;
  const lease = openLease({
    kube: deps.kube,
    clock: deps.clock,
    log: deps.log,
    namespace,
    holder,
    durationMs: leaseMs,
  });
  deps.probes?.leads(lease.isHeld);
  const trigger = openTrigger(deps.clock);
  const onStep = deps.onStep ?? (() => undefined);
  const kube = fenced(deps.kube, { isHeld: lease.isHeld, onStep });
  const view = openLiveView(kube, {
    namespaces: deps.settings.namespaces,
    onChange: trigger.debounced,
    parent: hard.signal,
  });
  const store = openStore(kube, namespace);
  const agent: Agent = { deps, kube, view, store, memory: newMemory(), stop, signal: hard.signal };
  try {
    await lease.acquire(stop);
    deps.log.info('holds the lease', { holder });
    const kept = lease.keep(stop);
    const listening = listen(agent, trigger);
    const site = watchSite(agent, trigger.now);
    await Promise.race([site.isKnown, aborted(stop)]);
    await runPasses(agent, trigger, openReporter(deps), lease.isHeld);
    await Promise.all([kept, listening]);
    await lease.release(hard.signal).catch((error: unknown) => {
      deps.log.warn('the lease could not be given back', { error: asSluiceError(error).message });
    });
    hard.abort();
    await site.ended;
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    view.close();
    cancelHard();
    hard.abort();
  }
}

async function runPasses(agent: Agent, trigger: Trigger, reporter: Reporter, isHeld: () => boolean): Promise<void> {
  const { deps, stop, memory } = agent;
  let failures = 0;
  let pollAt = 0;
  while (!stop.aborted) {
    const now = deps.clock.monotonic();
    if (now >= pollAt) {
      memory.isPullDue = true;
      pollAt = now + pollDelay(agent, 0);
    }
    const outcome = isHeld() ? await tryPass(agent) : null;
    failures = outcome === null ? failures + 1 : 0;
    if (outcome !== null) {
      if (memory.channelFault !== null && !memory.isPullDue)
        pollAt = Math.min(pollAt, now + pollDelay(agent, memory.pullFailures));
      await finish(agent, outcome, reporter, stop);
    }
    const wait =
      outcome === null
        ? backoff(failures, deps.random, { first: 200, max: 30_000 })
        : waitAfter(agent, outcome, reporter, pollAt);
    await trigger.next(wait, stop);
  }
  // One last word: what is true now, with everything that was finished.
  const last = memory.lastOutcome;
  if (last !== null) await report(agent, last, reporter, agent.signal);
}

/** A pass; what it throws is logged, and forgotten with what it may have left half known. */
async function tryPass(agent: Agent): Promise<Outcome | null> {
  const { deps, memory } = agent;
  deps.probes?.passBegins();
  try {
    const outcome = await pass(agent);
    memory.lastOutcome = outcome;
    deps.probes?.passEnds(true);
    return outcome;
  } catch (error) {
    deps.probes?.passEnds(false);
    if (!agent.stop.aborted) {
      const fault = asSluiceError(error);
      deps.log.warn('a pass did not come to its end', { code: fault.code, error: fault.message });
    }
    if (isSluiceError(error, 'CONFLICT', 'LEASE_LOST')) memory.stored = null;
    return null;
  }
}

async function finish(agent: Agent, outcome: Outcome, reporter: Reporter, stop: AbortSignal): Promise<void> {
  const { memory, store, deps } = agent;
  if (!stop.aborted) await explainBlocked(agent, outcome.apps);
  if (!stop.aborted) void report(agent, outcome, reporter, stop);
  if (memory.stored === null || stop.aborted || outcome.didWrite) return;
  // Old shards go once nothing else is to be done: they cost nothing but room.
  await store.tidy(memory.stored, agent.signal).catch((error: unknown) => {
    deps.log.debug('old inventory shards stay for now', { error: asSluiceError(error).message });
  });
}

async function report(agent: Agent, outcome: Outcome, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const { deps, memory, view } = agent;
  await discoverCapabilities(agent).catch((error: unknown) => {
    deps.log.debug('the cluster did not say what it is', { error: asSluiceError(error).message });
  });
  const make: MakeReport = (sequence, withEnvelope) => {
    const now = deps.clock.now();
    const made = buildReport({
      // Offers may overtake each other while they wait: each says what is known when it is made, never an older word.
      outcome: memory.lastOutcome ?? outcome,
      live: view,
      identity: deps.identity,
      settings: deps.settings,
      about: { kubernetes: memory.kubernetes, capabilities: memory.capabilities, clusterUid: memory.clusterUid ?? '' },
      faults: memory.faults,
      explanations: memory.explanations,
      channelFault: memory.channelFault,
      isFresh: outcome.bundle !== null && isFresh(outcome.bundle, now),
      sequence,
      now,
      since: memory.since,
      withEnvelope,
    });
    memory.since = new Map(made.conditions.map((one) => [one.type, { status: one.status, at: Date.parse(one.since) }]));
    return made;
  };
  await reporter.offer(make, signal);
}

/** Milliseconds until the next pass when nothing wakes it. */
function waitAfter(agent: Agent, outcome: Outcome, reporter: Reporter, pollAt: number): number {
  if (outcome.didWrite || agent.memory.isPullDue) return 0;
  const now = agent.deps.clock.monotonic();
  const times = [pollAt, now + reporter.nextIn()];
  if (outcome.deadline !== null) times.push(outcome.deadline);
  const retry = nextRetry(agent, outcome.at);
  if (retry !== null) times.push(retry);
  const wall = agent.deps.clock.now();
  // A hold that began or ended before this pass began is no news.
  const change = holdChangesAt(agent.memory.site, wall - (now - outcome.at));
  if (change !== null) times.push(now + change - wall);
  return Math.max(10, Math.min(...times, now + 3_600_000) - now);
}

/** Until the next poll: the interval, or a backoff while the channel is out of reach. */
function pollDelay(agent: Agent, failures: number): number {
  const { deps } = agent;
  const usual = jittered(deps.settings.pollMs, deps.random);
  return failures === 0 ? usual : Math.min(usual * 5, 200 + backoff(failures, deps.random));
}

/** Follows the wake-up stream for as long as the agent runs; it says only that something may be new. */
async function listen(agent: Agent, trigger: Trigger): Promise<void> {
  const { deps, stop, memory } = agent;
  const pullSoon = () => {
    memory.isPullDue = true;
    trigger.now();
  };
  try {
    await deps.transport.listen(pullSoon, stop);
  } catch (error) {
    if (!stop.aborted)
      deps.log.warn('the wake-up stream ended; polling goes on', { error: asSluiceError(error).message });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function onAbort(signal: AbortSignal, run: () => () => void): () => void {
  let cancel = () => {};
  const start = () => {
    cancel = run();
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return () => {
    signal.removeEventListener('abort', start);
    cancel();
  };
}
