import { requestPull } from '../channel/memory.ts';
import { explainUnready, nextLook } from '../health/explain.ts';
import { watchSite } from '../site/watch.ts';
import { forgetStored } from '../inventory/memory.ts';
import { fenced } from '../kube/lease/fence.ts';
import { openLease } from '../kube/lease/lease.ts';
import type { AgentDeps } from '../model/deps.ts';
import type { Outcome } from '../model/outcome.ts';
import { saidOf } from '../model/said.ts';
import { nextRetry } from '../apply/faults.ts';
import { pass } from '../pass.ts';
import { rememberFault, rememberOutcome } from '../report/memory.ts';
import { nextTelling } from '../report/observations.ts';
import { idleOutcome } from '../report/outcome.ts';
import { openReporter, type Reporter } from '../report/reporter.ts';
import { openAgent, type Agent } from '../agent.ts';
import { offerReport } from './report.ts';
import { openTrigger, type Trigger } from './trigger.ts';
import { asSluiceError, codes, isSluiceError } from '../../shared/errors.ts';
import { backoff, jittered } from '../../shared/lib/backoff.ts';

/**
 * Runs the agent until `stop` aborts: takes the Lease, then runs a pass whenever a watch, the hub's stream, a timer or the site
 * announces a change. On stop it finishes the object in flight, leaves a state that resumes, reports, and gives the Lease back.
 * Rejects only with an error that no retry can mend.
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
    says: () => wordsText(agent),
  });
  deps.probes?.leads(lease.isHeld);
  const trigger = openTrigger(deps.clock);
  const onStep = deps.onStep ?? (() => undefined);
  const kube = fenced(deps.kube, { isHeld: lease.isHeld, onStep });
  const agent = openAgent(deps, kube, { onChange: trigger.debounced, stop, signal: hard.signal });
  try {
    await lease.acquire(stop);
    deps.log.info('holds the lease', { holder });
    await deps.join?.(stop);
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
    agent.view.close();
    cancelHard();
    hard.abort();
  }
}

/** What the agent says of its site in its Lease. */
function wordsText({ memory }: Agent): string | null {
  const { words } = memory.report;
  return words === null ? null : JSON.stringify(words);
}

async function runPasses(agent: Agent, trigger: Trigger, reporter: Reporter, isHeld: () => boolean): Promise<void> {
  const { deps, stop } = agent;
  const { channel, report } = agent.memory;
  let failures = 0;
  let pollAt = 0;
  while (!stop.aborted) {
    const now = deps.clock.monotonic();
    if (now >= pollAt) {
      requestPull(channel);
      pollAt = now + pollDelay(agent, 0);
    }
    const outcome = isHeld() ? await tryPass(agent) : null;
    failures = outcome === null ? failures + 1 : 0;
    if (outcome === null) sayFault(agent, reporter, { failures, isHeld: isHeld() });
    else {
      if (channel.fault !== null && !channel.isPullDue)
        pollAt = Math.min(pollAt, now + pollDelay(agent, channel.pullFailures));
      await followUp(agent, reporter, outcome);
    }
    const wait =
      outcome === null
        ? Math.min(backoff(failures, deps.random, { first: 200, max: 30_000 }), Math.max(200, reporter.nextIn()))
        : waitAfter(agent, outcome, Math.min(pollAt, deps.clock.monotonic() + reporter.nextIn()));
    await trigger.next(wait, stop);
  }
  // The last report has everything that was finished.
  if (report.outcome !== null) await offerReport(agent, reporter, report.outcome, agent.signal);
}

/** Runs a pass; null when it threw, which is logged. A state object that another agent may have moved is read again. */
async function tryPass(agent: Agent): Promise<Outcome | null> {
  const { deps, memory } = agent;
  deps.probes?.passBegins();
  try {
    const outcome = await pass(agent);
    rememberOutcome(memory.report, outcome);
    deps.probes?.passEnds(true);
    return outcome;
  } catch (error) {
    deps.probes?.passEnds(false);
    if (!agent.stop.aborted) {
      const fault = asSluiceError(error);
      const isKnown = memory.report.fault?.message === saidOf(fault);
      const fields = { code: fault.code, error: saidOf(fault) };
      deps.log[isKnown ? 'debug' : 'warn']('a pass did not come to its end', fields);
      rememberFault(memory.report, fault);
    }
    if (isSluiceError(error, 'CONFLICT', 'LEASE_LOST')) forgetStored(memory.inventory);
    return null;
  }
}

/**
 * Reports that no pass comes to its end, and why: an agent that cannot work must not look like one that has nothing to do. A lost
 * race is said when it happens again. Without the Lease another agent may be at work, and speaks for the cluster.
 */
function sayFault(
  agent: Agent,
  reporter: Reporter,
  { failures, isHeld }: { readonly failures: number; readonly isHeld: boolean },
): void {
  const { report, inventory } = agent.memory;
  if (agent.stop.aborted || !isHeld || report.fault === null) return;
  if (codes[report.fault.code].retry === 'refresh' && failures < 2) return;
  const known = inventory.stored?.inventory ?? new Map();
  void offerReport(agent, reporter, report.outcome ?? idleOutcome(agent.deps.clock.monotonic(), known), agent.stop);
}

/** The work after a pass: explain what is not ready, report, and delete old inventory shards when nothing else is to be done. */
async function followUp(agent: Agent, reporter: Reporter, outcome: Outcome): Promise<void> {
  const { memory, store, deps, stop } = agent;
  if (!stop.aborted) await explainUnready(agent, outcome.apps, deps.clock.monotonic());
  if (!stop.aborted) void offerReport(agent, reporter, outcome, stop);
  const { stored } = memory.inventory;
  if (stored === null || stop.aborted || outcome.didWrite) return;
  await store.tidy(stored, agent.signal).catch((error: unknown) => {
    deps.log.debug('old inventory shards stay for now', { error: asSluiceError(error).message });
  });
}

/** Milliseconds until the next pass when no change triggers it; `at` = when a poll or a report is due (monotonic). */
function waitAfter({ memory, deps }: Agent, outcome: Outcome, at: number): number {
  if (outcome.didWrite || memory.channel.isPullDue) return 0;
  const now = deps.clock.monotonic();
  const times = [at, now + 3_600_000];
  if (outcome.deadline !== null) times.push(outcome.deadline);
  const { refusal } = memory.inventory;
  if (refusal !== null) times.push(refusal.until);
  const retry = nextRetry(memory.faults, outcome.at);
  if (retry !== null) times.push(retry);
  // What falls due while a pass runs is not told by it.
  const telling = nextTelling(memory.report.observed, outcome.at);
  if (telling !== null) times.push(telling);
  const look = nextLook(memory.explanations);
  if (look !== null) times.push(look);
  if (outcome.holdChangesAt !== null) times.push(now + outcome.holdChangesAt - deps.clock.now());
  return Math.max(10, Math.min(...times) - now);
}

/** Until the next poll: the interval, or a backoff while the channel is out of reach. */
function pollDelay(agent: Agent, failures: number): number {
  const { deps } = agent;
  const usual = jittered(deps.settings.pollMs, deps.random);
  return failures === 0 ? usual : Math.min(usual * 5, 200 + backoff(failures, deps.random));
}

/** Follows the hub's stream for as long as the agent runs: each event makes the next pass pull. */
async function listen(agent: Agent, trigger: Trigger): Promise<void> {
  const { deps, stop, memory } = agent;
  const pullSoon = () => {
    requestPull(memory.channel);
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
