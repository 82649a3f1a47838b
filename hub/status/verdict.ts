import type { AppHealth } from '../../shared/model/health.ts';
import { worstHealth } from '../../shared/model/health.ts';
import type { AgentReport, ReportApp, ReportCondition } from '../../shared/wire/report.ts';
import type { ClusterRecord } from '../model/ledger.ts';
import type { RowFacts } from './facts.ts';

interface Verdict {
  readonly health: AppHealth;
  readonly message: string;
}

/** The verdict, first rule that applies: nobody said anything, it is old, the site is in trouble, it is on its way, it is there. */
export function verdictOf(facts: RowFacts): Verdict {
  const { record, received, said } = facts;
  const silent = silentVerdict(facts);
  if (silent !== null) return silent;
  if (facts.stale) return { health: 'Stale', message: joined('no report in time', said?.message) };
  if (received === undefined) return { health: 'Unknown', message: 'no report yet' };
  const site = siteVerdict(received.report);
  if (site !== null) return { health: worstHealth([site.health, said?.health ?? 'Unknown']), message: site.message };
  if (said === undefined || !hasAccepted(facts)) {
    return { health: worstHealth(['Progressing', failing(said)]), message: waitingFor(record, facts) };
  }
  if (isEcho(facts)) return { health: said.health, message: said.message };
  return { health: worstHealth(['Progressing', said.health]), message: messageOnTheWay(said) };
}

function silentVerdict({ record, received }: RowFacts): Verdict | null {
  if (record.revoked) return { health: 'Stale', message: 'the registration is revoked' };
  if (!record.reports) return { health: 'Unknown', message: 'joined without reports' };
  if (received !== undefined) return null;
  const message = record.agentKey === null ? 'the agent has not joined yet' : 'no report yet';
  return { health: 'Unknown', message };
}

const siteHealth: Partial<Record<ReportCondition['type'], AppHealth>> = {
  Forked: 'Degraded',
  Unverified: 'Degraded',
  ClockSkew: 'Degraded',
  Restored: 'Degraded',
  Stale: 'Stale',
};

/** What a condition of the whole site makes of every application there; null when none does. */
function siteVerdict(report: AgentReport): Verdict | null {
  for (const { type, status, message } of report.conditions) {
    const health = siteHealth[type];
    if (status === 'True' && health !== undefined) return { health, message: joined(type, message) };
  }
  return null;
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

function waitingFor(record: ClusterRecord, { received, revision, said }: RowFacts): string {
  const has = received?.report.accepted?.generation;
  const state = has === undefined ? 'has none yet' : `has ${has}`;
  return joined(
    `${record.name} ${state}, waits for generation ${revision.generation}`,
    failing(said) === 'Degraded' ? said?.message : '',
  );
}

/** An older state that is bad stays visible while the new one is on its way; an older green never counts. */
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
  'scale-down': 'taking replicas away',
  delete: 'deleting what is retired',
  skipped: '',
  held: 'held',
  blocked: 'blocked',
};

/** `Ready:1/2 WHAT IS BEING DONE: WHY`, from the message `Ready:1/2 WHY`. */
function messageOnTheWay({ phase, message }: ReportApp): string {
  const [, ready = '', why = ''] = /^(Ready:\d+\/\d+)? ?(.*)$/s.exec(message) ?? [];
  return [ready, joined(phaseWords[phase], why)].filter((part) => part !== '').join(' ');
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(': ');
}
