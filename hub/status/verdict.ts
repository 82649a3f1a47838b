import type { AppHealth } from '../../shared/model/health.ts';
import { worstHealth } from '../../shared/model/health.ts';
import { judgedHealth, judgedWords } from '../model/health.ts';
import { agentFault, type ReportApp, type ReportCondition } from '../../shared/wire/report.ts';
import type { RowFacts } from './facts.ts';

interface Verdict {
  readonly health: AppHealth;
  readonly message: string;
}

/** The verdict: that of the first rule that applies. */
export function verdictOf(facts: RowFacts): Verdict {
  for (const rule of rules) {
    const verdict = rule(facts);
    if (verdict !== null) return verdict;
  }
  return progressing(facts);
}

/** No report, then a stale one, then a condition of the whole site; then an older state, the wanted one, and one in between. */
const rules: readonly ((facts: RowFacts) => Verdict | null)[] = [
  registrationVerdict,
  staleVerdict,
  siteVerdict,
  olderVerdict,
  settledVerdict,
];

function registrationVerdict({ record, received }: RowFacts): Verdict | null {
  if (record.revoked) return { health: 'Stale', message: 'the registration is revoked' };
  if (!record.reports) return { health: 'Unknown', message: 'joined without reports' };
  if (received !== undefined) return null;
  const message = record.agentKey === null ? 'the agent has not joined yet' : 'no report yet';
  return { health: 'Unknown', message };
}

function staleVerdict({ stale, said }: RowFacts): Verdict | null {
  return stale ? { health: 'Stale', message: joined('no report in time', said?.message) } : null;
}

const siteHealth: Partial<Record<ReportCondition['type'], AppHealth>> = {
  Forked: 'Degraded',
  Unverified: 'Degraded',
  ClockSkew: 'Degraded',
  Restored: 'Degraded',
  Stale: 'Stale',
};

/** A condition of the whole site makes every application there at least as bad. */
function siteVerdict({ received, said }: RowFacts): Verdict | null {
  for (const { type, status, reason, message } of received?.report.conditions ?? []) {
    const isFault = type === 'Ready' && status === 'False' && reason === agentFault;
    const health = isFault ? 'Degraded' : status === 'True' ? siteHealth[type] : undefined;
    if (health === undefined) continue;
    const word = isFault ? agentFault : type;
    return { health: worstHealth([health, said?.health ?? 'Unknown']), message: joined(word, message) };
  }
  return null;
}

function olderVerdict(facts: RowFacts): Verdict | null {
  const { said, record } = facts;
  if (hasAccepted(facts)) {
    if (said !== undefined) return null;
    // Only what is well is left out of a report; that is not to know how it is.
    return {
      health: 'Unknown',
      message: `${record.name} does not report it: its report has no room for more applications`,
    };
  }
  return { health: worstHealth(['Progressing', failing(said)]), message: waitingFor(facts) };
}

function settledVerdict(facts: RowFacts): Verdict | null {
  const { said } = facts;
  return said !== undefined && isEcho(facts) ? judgedVerdict(facts, said) : null;
}

/** What its agent says, and what its definitions say of the same content. */
function judgedVerdict({ app, judged, now }: RowFacts, said: ReportApp): Verdict {
  if (judged !== undefined) {
    const deadlineMs = app.health.progressDeadlineSeconds * 1_000;
    const message = [said.message, judgedWords(judged)].filter((text) => text !== '').join(' ');
    return { health: judgedHealth(said.health, judged, { now, deadlineMs }), message };
  }
  return { health: said.health, message: said.message };
}

function progressing({ said }: RowFacts): Verdict {
  const message = said === undefined ? '' : progressText(said);
  return { health: worstHealth(['Progressing', said?.health ?? 'Progressing']), message };
}

/** True when the agent verified this generation, or a later one of the same epoch. */
function hasAccepted({ received, revision }: RowFacts): boolean {
  const mark = received?.report.accepted;
  return mark != null && mark.epoch === revision.epoch && mark.generation >= revision.generation;
}

/** True when the report echoes what is asked for: epoch, generation or later, and the digest as wanted and as applied. */
export function isEcho(facts: RowFacts): boolean {
  const { said, app } = facts;
  return hasAccepted(facts) && said !== undefined && said.desired === app.digest && said.applied === app.digest;
}

function waitingFor({ record, received, revision, said }: RowFacts): string {
  const has = received?.report.accepted?.generation;
  const state = has === undefined ? 'has none yet' : `has ${has}`;
  return joined(
    `${record.name} ${state}, waits for generation ${revision.generation}`,
    failing(said) === 'Degraded' ? said?.message : '',
  );
}

/** The health of an older state as far as it is bad: it stays visible until the new state is reported. An older healthy one is left out. */
function failing(said: ReportApp | undefined): AppHealth {
  return said?.health === 'Degraded' || said?.health === 'Held' ? said.health : 'Progressing';
}

/** What each phase does, in words; empty where the message says it already. */
const phaseWords: Readonly<Record<ReportApp['phase'], string>> = {
  settled: '',
  'scale-up': 'adding what is new',
  ready: 'waiting until it is ready',
  shift: 'moving traffic',
  endpoints: 'waiting for endpoints',
  'scale-down': 'removing replicas',
  delete: 'deleting what is retired',
  skipped: '',
  held: 'held',
  blocked: 'blocked',
};

/** `Ready:1/2 WHAT IS BEING DONE: WHY`, from the message `Ready:1/2 WHY`. */
function progressText({ phase, message }: ReportApp): string {
  const [, ready = '', why = ''] = /^(Ready:\d+\/\d+)? ?(.*)$/s.exec(message) ?? [];
  return [ready, joined(phaseWords[phase], why)].filter((part) => part !== '').join(' ');
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(': ');
}
