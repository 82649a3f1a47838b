import { canonicalJson } from '../../shared/lib/canonical.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { atOnce, type Work } from '../../shared/lib/slices.ts';
import type { Capabilities, Cluster } from '../model/documents.ts';
import type { AgentReport } from '../../shared/wire/report.ts';
import { capabilitiesOf, capabilityWords, isOffered, type Capability } from '../model/capabilities.ts';
import { differingKeys } from '../model/differing.ts';
import type { Fleet } from '../model/fleet.ts';
import { holdOf, type FoundHold } from '../model/hold.ts';
import { findApproval, waitingChange, waitingOn } from '../model/waiting-change.ts';
import type { ClusterRecord, Registry } from '../model/registry.ts';
import type { GuardedChange } from '../model/guarded-change.ts';
import type { State } from '../model/state.ts';
import type { Reports } from '../model/reports.ts';
import type { Problem } from '../model/source.ts';

/** The slices of the state that capabilities are decided from. */
type CapabilityState = Pick<State, 'channel' | 'clusters' | 'bundles' | 'guarded' | 'approvals'>;

/** What the capabilities of clusters are decided from. */
export interface CapabilityInput {
  readonly state: CapabilityState;
  readonly fleet: Pick<Fleet, 'clusters'>;
  readonly reports: Reports;
  /** ISO time. */
  readonly now: string;
}

/** The registry with the capabilities in force, and a hold for each loss that waits for an approval. */
export interface DecidedCapabilities {
  readonly clusters: ReadonlyMap<string, ClusterRecord>;
  readonly holds: readonly FoundHold[];
}

/**
 * Decides what each cluster offers: what its document declares, else what join declared, else what its agent reports, else
 * what was in force before. A new capability is in force at once. A lost one that a traffic object of the last bundle uses
 * stays in force until the change is approved. Pure.
 */
export function decideCapabilities(input: CapabilityInput): DecidedCapabilities {
  return atOnce(decidingCapabilities(input));
}

/** What a cluster costs, and one of which nothing changed, in units of a slice. */
const [clusterUnits, knownUnits] = [1, 0.1];

// By its record: what was decided from these before came to nothing.
const known = new WeakMap<ClusterRecord, readonly unknown[]>();

// By the registry: what the whole of it was decided from, and nothing came of that.
const settled = new WeakMap<Registry, Pick<CapabilityInput, 'fleet' | 'reports'> & Pick<State, 'bundles'>>();

/** The same, as work in steps. */
export function* decidingCapabilities({ state, fleet, reports, now }: CapabilityInput): Work<DecidedCapabilities> {
  const documents = documentsByName(fleet.clusters);
  const changed = new Map<string, ClusterRecord>();
  const holds: FoundHold[] = [];
  for (const record of touchedRecords({ state, fleet, reports })) {
    const inputs = inputsOf(record, { documents, reports, state });
    yield isKnown(record, inputs) ? knownUnits : clusterUnits;
    const wanted = isKnown(record, inputs) ? null : wantedNow(record, { documents, reports });
    if (wanted === null) continue;
    const lost = lostOf(state, record, wanted);
    const change = lost.length === 0 ? null : openChange(state, record, { lost, now });
    if (change !== null) {
      holds.push(holdOf('capability', problemOf(change, lost), { app: null, cluster: record.name, change }));
    }
    const kept = change === null ? [] : keptWords(record, lost);
    const capabilities: Capabilities = { ...offered(wanted), ...Object.fromEntries(kept) };
    if (isSameOffer(capabilities, record.capabilities)) {
      // A loss that waits for an approval is decided again each time.
      if (lost.length === 0) known.set(record, inputs);
      continue;
    }
    changed.set(record.name, { ...record, capabilities });
  }
  if (changed.size > 0) return { clusters: new Map([...state.clusters, ...changed]), holds };
  if (holds.length === 0) settled.set(state.clusters, { fleet, reports, bundles: state.bundles });
  return { clusters: state.clusters, holds };
}

const documentsByName = oncePerValue(
  (clusters: Fleet['clusters']) => new Map(clusters.map(({ doc }) => [doc.metadata.name, doc])),
);

/** The clusters that report another thing, or got another bundle, since all of them were decided from these documents. */
function touchedRecords({ state, fleet, reports }: Omit<CapabilityInput, 'now'>): Iterable<ClusterRecord> {
  const before = settled.get(state.clusters);
  if (before?.fleet.clusters !== fleet.clusters) return state.clusters.values();
  const names = [...differingKeys(before.reports, reports), ...differingKeys(before.bundles, state.bundles)];
  return [...new Set(names)].sort(byCodeUnit).flatMap((name) => state.clusters.get(name) ?? []);
}

function keptWords({ capabilities }: ClusterRecord, lost: readonly Lost[]) {
  return lost.map(({ word }) => [word, capabilities?.[word] ?? true] as const);
}

interface Said {
  readonly documents: ReadonlyMap<string, Cluster>;
  readonly reports: Reports;
}

/** Null where nothing is known, and for a cluster that gets nothing more. */
function wantedNow(record: ClusterRecord, { documents, reports }: Said): Capabilities | null {
  if (record.revoked || record.decommission !== null) return null;
  return wantedOf(record, documents.get(record.name), reports.get(record.name)?.report);
}

function inputsOf(
  { name }: ClusterRecord,
  { documents, reports, state }: Said & Pick<CapabilityInput, 'state'>,
): readonly unknown[] {
  return [documents.get(name), reports.get(name)?.report.agent, state.bundles.get(name)?.revision];
}

function isKnown(record: ClusterRecord, inputs: readonly unknown[]): boolean {
  return known.get(record)?.every((value, index) => value === inputs[index]) === true;
}

// An agent that has not discovered capabilities yet reports none at all.
function wantedOf(
  record: ClusterRecord,
  document: Cluster | undefined,
  report: AgentReport | undefined,
): Capabilities | null {
  const words = report?.agent.capabilities ?? [];
  const reported = words.length === 0 ? null : capabilitiesOf(words);
  return document?.spec?.capabilities ?? record.declared ?? reported ?? record.capabilities;
}

interface Lost {
  readonly word: Capability;
  readonly ids: readonly string[];
}

/** The capabilities that the traffic of the last bundle uses and that are offered no more; one that is not in force cannot be lost. */
function lostOf({ bundles }: CapabilityState, record: ClusterRecord, wanted: Capabilities): Lost[] {
  const revision = bundles.get(record.name)?.revision;
  if (revision?.registration !== record.registration) return [];
  const groups = Map.groupBy(
    revision.apps.flatMap(({ traffic }) => traffic),
    ({ provider }) => provider,
  );
  return [...groups]
    .filter(([word]) => !isOffered(wanted, word))
    .filter(([word]) => record.capabilities === null || isOffered(record.capabilities, word))
    .map(([word, entries]) => ({ word, ids: entries.map(({ id }) => id) }));
}

function openChange(
  state: CapabilityState,
  { name, registration }: ClusterRecord,
  { lost, now }: { readonly lost: readonly Lost[]; readonly now: string },
): GuardedChange | null {
  const ids = [...new Set(lost.flatMap((each) => each.ids))];
  const facts = {
    channel: state.channel,
    registration,
    cluster: name,
    generation: (state.bundles.get(name)?.revision.generation ?? 0) + 1,
    waiting: waitingOn(state.guarded, name).filter(({ code }) => code === 'CAPABILITY_LOST'),
    approvals: state.approvals,
    now,
  };
  return findApproval(ids, facts) === null ? waitingChange({ code: 'CAPABILITY_LOST', app: null, ids }, facts) : null;
}

function problemOf({ cluster, change, ids }: GuardedChange, lost: readonly Lost[]): Problem {
  const words = lost.map(({ word }) => word).sort();
  const objects = ids.length === 1 ? (ids[0] ?? '') : `${ids.length} objects`;
  return {
    code: 'CAPABILITY_LOST',
    message: `${cluster ?? ''} offers ${words.join(', ')} no more, and traffic uses it (${objects}): it stays as it is`,
    hint: `bring it back, or run: sluice-hub approve ${change}`,
    ...(cluster !== null && { cluster }),
    severity: 'error',
  };
}

function offered(capabilities: Capabilities): Capabilities {
  return Object.fromEntries(capabilityWords(capabilities).map((word) => [word, capabilities[word]]));
}

function isSameOffer(a: Capabilities, b: Capabilities | null): boolean {
  return b !== null && canonicalJson(a) === canonicalJson(b);
}
