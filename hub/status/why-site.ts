import type { ReportCondition } from '../../shared/wire/report.ts';
import type { ReceivedReport } from '../model/reports.ts';
import type { Stop, WhyFacts } from './why-facts.ts';

const lookThere = 'look at the site: `sluice-agent status --kubeconfig FILE`';

/** Whether its agent is heard from, and has the bundle. */
export function fetchedStop(facts: WhyFacts): Stop | null {
  const { row, received } = facts;
  const unheard = unheardStop(facts);
  if (unheard !== null || received === undefined || row === undefined) return unheard;
  if ((row.acceptedGeneration ?? 0) >= row.generation) return null;
  // What it refuses it has fetched.
  if (conditionOf(facts, Object.keys(unverified)) !== undefined) return null;
  const has = row.acceptedGeneration === null ? 'none yet' : `generation ${row.acceptedGeneration}`;
  const mend = 'nothing: agents look every minute; if it does not come, `sluice-agent status --kubeconfig FILE`';
  return { reason: `it has ${has}, and waits for generation ${row.generation}`, since: heardAt(received), mend };
}

function heardAt({ receivedAt }: ReceivedReport): string {
  return new Date(receivedAt).toISOString();
}

/** Why nothing is heard from its agent; null = it is. */
function unheardStop({ record, received, stale, cluster }: WhyFacts): Stop | null {
  if (record?.revoked === true) {
    const mend = `sluice-hub cluster join ${cluster ?? ''} --rekey`;
    return { reason: 'the registration is revoked', since: null, mend };
  }
  if (record?.reports === false) {
    return { reason: 'joined without reports: nothing is known from here on', since: null, mend: lookThere };
  }
  if (received === undefined) {
    const isNew = record?.agentKey === null;
    const reason = isNew ? 'its agent has not joined yet' : 'no report yet';
    return { reason, since: null, mend: isNew ? 'start the agent with its join file' : lookThere };
  }
  if (!stale) return null;
  const reason = 'no report in time: its agent is off, or cannot reach the hub';
  return { reason, since: heardAt(received), mend: lookThere };
}

/** Conditions of a site that does not take what it fetched, and what to do. */
const unverified: Partial<Readonly<Record<ReportCondition['type'], string>>> = {
  Unverified:
    'compare the hub with the join file of the site: it signs with another key, or the channel was changed on its way',
  Forked: 'a hub that was restored from an older backup, or a second one: see "Bad days" in operations',
  Restored: 'the cluster was restored from an older backup: see "Bad days" in operations',
  ClockSkew: 'set the clock of the site, or of the hub',
  Stale: 'let the hub sign again: it is off, or the site cannot reach it',
};

/** Whether the agent takes what it fetched. */
export function verifiedStop(facts: WhyFacts): Stop | null {
  return conditionStop(facts, unverified);
}

function conditionStop(facts: WhyFacts, by: Partial<Readonly<Record<string, string>>>): Stop | null {
  const found = conditionOf(facts, Object.keys(by));
  if (found === undefined) return null;
  const { type, message, since } = found;
  return { reason: `${type}: ${message}`, since, mend: by[type] ?? lookThere };
}

function conditionOf({ received }: WhyFacts, types: readonly string[]): ReportCondition | undefined {
  return received?.report.conditions.find(({ type, status }) => status === 'True' && types.includes(type));
}

const siteMend = 'the operator of the site lifts it: the ConfigMap sluice-site beside the agent';

/** Whether the site lets changes in. */
export function siteStop(facts: WhyFacts): Stop | null {
  const { row } = facts;
  // A hold changes nothing of what is applied already.
  const held = row?.applied === true ? null : conditionStop(facts, { Held: siteMend });
  if (held !== null) return held;
  if (row?.phase !== 'skipped' && row?.phase !== 'held') return null;
  return { reason: row.message, since: row.since, mend: siteMend };
}

/** Whether every object is as the bundle says. */
export function appliedStop({ row }: WhyFacts): Stop | null {
  if (row === undefined || row.applied) return null;
  const isOver = row.health === 'Degraded';
  const mend = isOver ? 'mend it by a commit: what served goes on serving' : 'nothing: it is on its way';
  return { reason: row.message === '' ? (row.phase ?? 'not applied') : row.message, since: row.since, mend };
}

/** Whether what runs is well. */
export function healthyStop({ row }: WhyFacts): Stop | null {
  if (row === undefined || row.health === 'Healthy') return null;
  const mend =
    row.health === 'Progressing' ? 'nothing yet: it is on its way' : 'look at its pods there, or push a mend';
  return { reason: `${row.health}${row.message === '' ? '' : `: ${row.message}`}`, since: row.since, mend };
}
