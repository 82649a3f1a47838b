import type { Code, SluiceError } from '../../shared/errors.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import type { Outcome } from '../model/outcome.ts';
import type { SiteWords } from '../model/words.ts';
import { saidOf } from '../model/said.ts';
import type { ToldObservations } from './observations.ts';
import type { HealthyMemory } from './healthy.ts';
import type { SaidApps } from './said.ts';

/** What the agent remembers between reports. */
export interface ReportMemory {
  /** The cluster's version; empty until it is read. */
  kubernetes: string;
  /** What traffic can be led with here, by name. */
  capabilities: readonly string[];
  /** When both were last read, by the monotonic clock. */
  discoveredAt: number;
  /** The discovery that is under way; null = none. */
  discovery: Promise<void> | null;
  /** Since when conditions have their status, by type. */
  since: ReadonlyMap<string, { readonly status: string; readonly at: number }>;
  /** Why the last pass did not come to its end; null when it did. */
  fault: { readonly code: Code; readonly message: string } | null;
  /** The outcome of the last complete pass; null before the first. */
  outcome: Outcome | null;
  /** What is to be said of the site; null before the first pass. */
  words: SiteWords | null;
  /** What the log said last of each application. */
  said: SaidApps;
  /** What was told last of the fields that the hub wants to know. */
  observed: ToldObservations;
  /** Since when applications are healthy with what is applied. */
  readonly healthy: HealthyMemory;
}

/** The memory of an agent that has reported nothing yet. */
export function newReportMemory(): ReportMemory {
  return {
    kubernetes: '',
    capabilities: [],
    discoveredAt: Number.NEGATIVE_INFINITY,
    discovery: null,
    since: new Map(),
    fault: null,
    outcome: null,
    words: null,
    said: new Map(),
    healthy: new Map(),
    observed: new Map(),
  };
}

/** Remembers the outcome that reports are made of from now on. */
export function rememberOutcome(memory: ReportMemory, outcome: Outcome): void {
  memory.outcome = outcome;
  memory.fault = null;
}

/** Remembers why no pass came to its end: reports say so until one does. */
export function rememberFault(memory: ReportMemory, fault: SluiceError): void {
  memory.fault = { code: fault.code, message: saidOf(fault) };
}

/** Remembers since when the conditions of a report have their status. */
export function rememberConditions(memory: ReportMemory, { conditions }: Pick<AgentReport, 'conditions'>): void {
  memory.since = new Map(conditions.map((one) => [one.type, { status: one.status, at: Date.parse(one.since) }]));
}

/** Remembers what is to be said of the site at its own cluster. */
export function rememberWords(memory: ReportMemory, words: SiteWords): void {
  memory.words = words;
}

/** Remembers what the log said of each application. */
export function rememberSaid(memory: ReportMemory, said: SaidApps): void {
  memory.said = said;
}

/** Remembers what is told of the fields that the hub wants to know. */
export function rememberObserved(memory: ReportMemory, observed: ToldObservations): void {
  memory.observed = observed;
}
