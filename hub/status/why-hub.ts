import type { Rollout } from '../api/rollouts.ts';
import type { Hold } from '../model/hold.ts';
import { holdStop, mends, stopOfHold, type Stop, type WhyFacts } from './why-facts.ts';

/** What is wrong with the documents, or with reading them. */
export function sourceStop(facts: WhyFacts): Stop | null {
  const { commit, unread, hasDocument, row } = facts;
  const held = holdStop(facts, ['intake', 'document']);
  if (held !== null) return held;
  if (unread !== null) {
    return { reason: unread.message, since: null, mend: unread.hint ?? mends.intake };
  }
  if (commit === null) {
    return { reason: 'the config repository was not read yet', since: null, mend: 'see `sluice-hub status`' };
  }
  if (hasDocument) return null;
  const reason = row === undefined ? 'there is no document of it' : 'its document is gone: it is being removed';
  return { reason, since: null, mend: 'push its document' };
}

/** Why the cluster is none of its clusters. */
export function placementStop(facts: WhyFacts): Stop | null {
  const held = holdStop(facts, ['placement']);
  if (held !== null) return held;
  const { record, cluster, row, holds } = facts;
  if (cluster === null) {
    const mend = 'name clusters in a topology policy, or its revisions in an ApplicationDeployment';
    return { reason: 'nothing places it on a cluster', since: null, mend };
  }
  if (record === undefined) {
    const reason = `no cluster ${cluster} has joined`;
    return { reason, since: null, mend: `sluice-hub cluster join ${cluster}` };
  }
  if (record.decommission !== null) {
    return { reason: 'the cluster is leaving', since: null, mend: `sluice-hub cluster join ${cluster}` };
  }
  // What waits for its turn is placed, and in no bundle yet.
  if (row !== undefined || holds.some((hold) => hold.cluster === cluster)) return null;
  const mend = `name the cluster in its placement, or give it the labels: \`sluice-hub cluster labels ${cluster}\``;
  return { reason: 'nothing places it on this cluster', since: null, mend };
}

/** What keeps a delivery from this cluster, or took it back from there: its step, or its wave. */
export function deliveryStop(facts: WhyFacts, link: 'step' | 'wave'): Stop | null {
  const { rollout, holds } = facts;
  const lines = unitLines(facts);
  if (lines.back !== null && rollout !== null) return link === 'wave' ? backStop(rollout, lines.back, facts) : null;
  const hold = holds.find(({ by }) => by === 'delivery');
  if (hold === undefined) return null;
  if (rollout === null) return link === 'wave' ? stopOfHold(hold) : null;
  return link === linkOf(rollout) ? waitingStop(rollout, hold, lines.late) : null;
}

function backStop({ name, todo, endedAt }: Rollout, reason: string, { cluster }: WhyFacts): Stop {
  const mend = todo ?? `sluice-hub rollout retry ${name} ${cluster ?? ''}`;
  return { reason: `${name} was taken back here: ${reason}`, since: endedAt, mend };
}

function waitingStop(rollout: Rollout, hold: Hold, late: string | null): Stop {
  const { name, phase, endedAt, todo } = rollout;
  const isOver = rollout.reason !== '' && endedAt !== null;
  const reason = isOver ? `${hold.reason}: ${rollout.reason}` : (late ?? rollout.waits);
  const mend = phase === 'paused' ? `sluice-hub rollout resume ${name}` : (todo ?? mends.delivery);
  return { reason: `${name}: ${reason === '' ? hold.reason : reason}`, since: hold.since, mend };
}

/** Whether a delivery that has not reached a cluster waits in a step, or in a wave of one. */
function linkOf({ phase, asks, steps }: Rollout): 'step' | 'wave' {
  if (phase !== 'running' && phase !== 'halted') return 'step';
  const isBegun = steps.some(({ waves }) => waves.some((wave) => wave.phase !== 'passed' && wave.phase !== 'pending'));
  return phase === 'running' && !isBegun && asks.some((name) => !name.includes('/')) ? 'step' : 'wave';
}

function unitLines({ unit, cluster, rollout }: WhyFacts): {
  readonly back: string | null;
  readonly late: string | null;
} {
  const target = unit.split('@')[1];
  const key = target === undefined ? cluster : `${cluster ?? ''}@${target}`;
  const of = (lines: Rollout['back'] | undefined) => lines?.find((line) => line.unit === key)?.reason ?? null;
  const [absent, held] = [of(rollout?.absent), of(rollout?.held)];
  const late = absent !== null ? `it is away: ${absent}` : held !== null ? `it is on hold: ${held}` : null;
  return { back: of(rollout?.back), late };
}

/** Whether the cluster's bundle has it. */
export function publishedStop({ row }: WhyFacts): Stop | null {
  if (row !== undefined) return null;
  const mend = 'nothing: the next pass of the hub publishes it; if it does not, see `sluice-hub status`';
  return { reason: 'no bundle of the cluster has it yet', since: null, mend };
}
