import { fightsOf } from '../apply/repairs.ts';
import { isFresh } from '../channel/mode.ts';
import { isAhead } from '../channel/trust.ts';
import type { Outcome } from '../model/outcome.ts';
import { buildReport } from '../report/build.ts';
import { rememberHealthy } from '../report/healthy.ts';
import { discoverCapabilities } from '../report/capabilities.ts';
import { rememberConditions, rememberObserved, rememberSaid, rememberWords } from '../report/memory.ts';
import { paced } from '../report/observations.ts';
import type { Reporter } from '../report/reporter.ts';
import { appLines } from '../report/said.ts';
import { siteWords } from '../report/words.ts';
import { asSluiceError } from '../../shared/errors.ts';
import { logLines } from '../../shared/lib/log-line.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { Agent } from '../agent.ts';

/**
 * Offers the report of a pass; never throws. The capabilities of the cluster are read first where that is due. What it says is
 * logged where it changed, and remembered for the Lease, whether or not the hub takes it.
 */
export async function offerReport(
  agent: Agent,
  reporter: Reporter,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<void> {
  await discoverCapabilities(agent).catch((error: unknown) => {
    agent.deps.log.debug('the cluster did not say what it is', { error: asSluiceError(error).message });
  });
  // Offers may overtake each other while they wait: a report is made of the newest outcome, never of an older one.
  const newest = agent.memory.report.outcome ?? outcome;
  const report = reportOf(agent, newest);
  sayHere(agent, report);
  const { healthy } = agent.memory.report;
  rememberHealthy(healthy, report.apps, agent.deps.clock.monotonic());
  await reporter.offer({ report, envelope: newest.bundle?.envelope ?? null, healthy }, signal);
}

/** Says what a report says at the site itself: in the log once a change, and in the Lease. */
function sayHere({ deps, memory: { report: memory } }: Agent, report: AgentReport): void {
  rememberWords(memory, siteWords(report));
  const { lines, said } = appLines(memory.said, report);
  logLines(deps.log, lines);
  rememberSaid(memory, said);
}

function reportOf({ deps, memory, view }: Agent, outcome: Outcome): AgentReport {
  const now = deps.clock.now();
  const { kubernetes, capabilities, since } = memory.report;
  const whole = buildReport({
    outcome,
    live: view,
    troubles: view.troubles(),
    identity: deps.identity,
    settings: deps.settings,
    cluster: { kubernetes, capabilities, clusterUid: memory.inventory.clusterUid ?? '' },
    faults: memory.faults.faults,
    fights: fightsOf(memory.faults.repairs, deps.clock.monotonic()),
    explanations: memory.explanations,
    progress: memory.progress,
    monotonic: deps.clock.monotonic(),
    channelFault: memory.channel.fault,
    agentFault: memory.report.fault?.message ?? memory.inventory.refusal?.message ?? null,
    isFresh: outcome.bundle !== null && isFresh(outcome.bundle, now),
    isAhead: outcome.bundle !== null && isAhead(Date.parse(outcome.bundle.revision.issuedAt), now),
    now,
    since,
  });
  rememberConditions(memory.report, whole);
  const { apps, told } = paced(whole.apps, memory.report.observed, deps.clock.monotonic());
  rememberObserved(memory.report, told);
  return { ...whole, apps };
}
