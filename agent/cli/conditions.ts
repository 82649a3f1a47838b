import { holdNow } from '../site/hold.ts';
import type { SiteStatus } from '../model/site-status.ts';
import type { SiteWords } from '../model/words.ts';
import { agentNames } from '../../shared/model/names.ts';

/**
 * The conditions of a site, worst first, each with the exit status that it stands for: 10 = something is wrong or waits for a
 * decision, 11 = something is not known, old, or not there yet, 0 = nothing to do.
 */
export const conditionExits = {
  NotJoined: 11,
  Revoked: 10,
  NotLetIn: 10,
  Left: 10,
  AgentDown: 11,
  WaitsForLease: 11,
  AgentFault: 10,
  Damaged: 10,
  Forked: 10,
  Unverified: 10,
  ClockSkew: 10,
  Restored: 10,
  DeleteLimited: 10,
  NotEnrolled: 11,
  Unreachable: 11,
  Stale: 11,
  NoBundle: 11,
  Unexplained: 0,
  Held: 0,
  Applying: 0,
  Settled: 0,
} as const satisfies Readonly<Record<string, 0 | 10 | 11>>;

/** A sentence about the site as a whole. */
export interface SiteCondition {
  readonly type: keyof typeof conditionExits;
  readonly message: string;
}

/** The conditions of the site as a whole, worst first. */
export function siteConditions(status: SiteStatus, now: number): SiteCondition[] {
  const found = rules.flatMap((rule) => rule(status, now) ?? []);
  const order = Object.keys(conditionExits);
  const unique = found.filter(({ type }, at) => found.findIndex((one) => one.type === type) === at);
  return unique.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
}

/** What the running agent says; null where none runs, or it has said nothing yet. */
export function wordsNow({ lease }: Pick<SiteStatus, 'lease'>, now: number): SiteWords | null {
  return lease !== null && isHeld(lease, now) ? lease.words : null;
}

type Rule = (status: SiteStatus, now: number) => SiteCondition | readonly SiteCondition[] | null;

const joined: Rule = ({ identity, isEnrolled }) => {
  if (identity === null) {
    return { type: 'NotJoined', message: 'this cluster has not joined yet; run `sluice-agent run --join-file FILE`' };
  }
  if (isEnrolled || identity.hub === null) return null;
  return {
    type: 'NotEnrolled',
    message:
      'the hub has not accepted the key of this agent yet; where the agent runs and reaches the hub, its join line is used or ' +
      `older than an hour: \`sluice-hub cluster join ${identity.cluster} --rekey\` makes another`,
  };
};

const left: Rule = ({ state }) => {
  if (state?.left === undefined) return null;
  const what = state.left === 'orphan' ? 'what runs stays, and is not repaired any more' : 'its workloads were deleted';
  return { type: 'Left', message: `this cluster has left its hub: ${what}; uninstall the agent, or join it again` };
};

const damaged: Rule = ({ damage }) => {
  const [first] = damage;
  if (first === undefined) return null;
  return {
    type: 'Damaged',
    message: `${first}; a running agent makes it anew from what runs, and deletes nothing meanwhile`,
  };
};

const restored: Rule = ({ state, clusterUid }) => {
  if (state === null || state.clusterUid === '' || state.clusterUid === clusterUid) return null;
  return { type: 'Restored', message: 'this cluster was restored or copied: nothing is deleted until the hub knows' };
};

const running: Rule = ({ identity, lease, pods }, now) => {
  if (identity === null && lease === null && pods === null) return null;
  const waiting = (pods ?? []).filter(({ name, isRunning }) => isRunning && name !== lease?.holder);
  if (lease !== null && isHeld(lease, now)) {
    const [pod] = waiting;
    const who = `${lease.holder} has the Lease ${agentNames.lease}, renewed ${ago(now - lease.renewedAt)}`;
    // One outside of the cluster, or of another release: only one agent works at a time.
    return pod === undefined ? null : { type: 'WaitsForLease', message: `Pod/${pod.name} waits: ${who}` };
  }
  const seen = lease === null ? 'no agent ever ran here' : `no agent runs (last seen ${ago(now - lease.renewedAt)})`;
  const alive = pods?.find(({ isRunning }) => isRunning);
  if (alive !== undefined) {
    const what = `Pod/${alive.name} runs and does not have the Lease ${agentNames.lease} yet`;
    return { type: 'WaitsForLease', message: `${what} (${seen}); its log says why` };
  }
  return { type: 'AgentDown', message: `${seen}; ${downText(pods)}` };
};

function downText(pods: SiteStatus['pods']): string {
  const [pod] = pods ?? [];
  if (pod !== undefined) return `Pod/${pod.name}: ${pod.why}`;
  const where = pods === null ? '' : 'it has no pod here: ';
  return `${where}start it again (\`sluice-agent run\`, or \`helm upgrade --install\`); what runs stays, and is not repaired meanwhile`;
}

const held: Rule = ({ site }, now) => {
  const hold = holdNow(site, now);
  if (hold === null) return null;
  const until = hold.until === null ? '' : ` until ${new Date(hold.until).toISOString()}`;
  return { type: 'Held', message: `the site holds changes${until}: ${hold.reason}` };
};

/** What to do about a condition of the agent, where its message does not say so. */
const advice: Partial<Record<SiteCondition['type'], string>> = {
  Revoked:
    'what runs stays and is repaired, nothing new comes; to let it in again: `sluice-hub cluster join NAME --rekey`',
  NotLetIn: 'to let it in again: `sluice-hub cluster join NAME --rekey`',
  ClockSkew: 'set the clock of this cluster, or of the hub; what runs stays and is repaired',
  Unreachable: 'what runs stays and is repaired, nothing new comes until the hub answers',
  AgentFault: 'what runs is repaired meanwhile, and nothing begins',
};

/** Conditions of reports by their reason, where that says more than their type. */
const byReason: Readonly<Record<string, SiteCondition['type']>> = {
  REVOKED: 'Revoked',
  UNAUTHENTICATED: 'NotLetIn',
  FORBIDDEN: 'NotLetIn',
  TOKEN_EXPIRED: 'NotLetIn',
};

const said: Rule = (status, now) => {
  const { state, identity, site } = status;
  return (wordsNow(status, now)?.conditions ?? []).flatMap(({ type: given, reason, message, since }) => {
    const type = byReason[reason] ?? given;
    // What the site says itself is read from it, and a cluster that has left is not served any more.
    const isKnown = type in conditionExits && !(type === 'Held' && holdNow(site, now) !== null);
    if (!isKnown || (state?.left !== undefined && type !== 'AgentFault')) return [];
    const known = type as SiteCondition['type'];
    const what = advice[known]?.replace('NAME', identity?.cluster ?? 'NAME');
    const age = `for ${span(now - Date.parse(since))}`;
    return [{ type: known, message: [`${age}: ${message}`, what].filter((part) => part !== undefined).join('; ') }];
  });
};

const phase: Rule = ({ identity, state }) => {
  const mark = state?.mark ?? null;
  if (state?.left !== undefined || (identity === null && mark === null)) return null;
  if (mark === null) return { type: 'NoBundle', message: 'no bundle was accepted yet' };
  if (state?.phase === 'settled') return { type: 'Settled', message: `generation ${mark.generation} is applied` };
  return { type: 'Applying', message: `generation ${mark.generation} is being applied` };
};

const rules: readonly Rule[] = [joined, left, damaged, restored, running, held, said, phase];

/** True while the Lease is renewed: twice its time may pass before that is doubted. */
function isHeld({ holder, renewedAt, seconds }: NonNullable<SiteStatus['lease']>, now: number): boolean {
  return holder !== '' && now - renewedAt < seconds * 2_000;
}

function ago(ms: number): string {
  return `${span(ms)} ago`;
}

function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000)) || 0;
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
