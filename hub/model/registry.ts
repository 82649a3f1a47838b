import { SluiceError } from '../../shared/errors.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { differingKeys } from './differing.ts';
import type { Capabilities } from './documents.ts';

/** The formats that an agent reads, as it said in `Sluice-Reads`. */
export interface AgentReads {
  /** The highest format of revision.json; all below it, too. */
  readonly revision: number;
  /** When it last said a lower number than before (ISO time). */
  readonly loweredAt?: string;
}

/** A cluster in the hub's registry. */
export interface ClusterRecord {
  readonly name: string;
  readonly registration: string;
  readonly labels: Labels;
  /** The capabilities in force, lost ones that wait for an approval included; null = nothing declared or reported yet. */
  readonly capabilities: Capabilities | null;
  /** The capabilities given to `cluster join --capabilities`: they win over reports, and the Cluster document's win over them. */
  readonly declared?: Capabilities;
  readonly joinedAt: string;
  /** The agent's public key once it enrolled. */
  readonly agentKey: string | null;
  /** The public half of the open join token, and until when. */
  readonly token: { readonly publicKey: string; readonly expires: string } | null;
  readonly reports: boolean;
  readonly revoked: boolean;
  /** Set by `cluster remove`: the next bundle says decommission. */
  readonly decommission: 'orphan' | 'delete' | null;
  /** Registrations that clusters of this name had before, newest first: what carries one of them here is taken over. */
  readonly predecessors?: readonly string[];
  /** Absent = format 1, as of agents that never said anything. */
  readonly reads?: AgentReads;
}

/** Every registered cluster by name. */
export type Registry = ReadonlyMap<string, ClusterRecord>;

/** Names by registration, of a registry and of those that it was changed from: what a name has now is looked up in the registry itself. */
type Index = Map<string, string>;

const indexes = new WeakMap<Registry, Index>();
let newest: WeakRef<Registry> | null = null;

/** The cluster of a registration; undefined where it is not registered. */
export function registeredAs(clusters: Registry, registration: string): ClusterRecord | undefined {
  const name = indexOf(clusters).get(registration);
  const record = name === undefined ? undefined : clusters.get(name);
  return record?.registration === registration ? record : undefined;
}

/** The index of the registry that was asked for last, with what differs; one of its own where that cannot be told in the same. */
function indexOf(clusters: Registry): Index {
  const known = indexes.get(clusters);
  if (known !== undefined) return known;
  const before = newest?.deref();
  const index: Index = (before === undefined ? null : extended(before, clusters)) ?? new Map<string, string>();
  if (index.size === 0) for (const { name, registration } of clusters.values()) index.set(registration, name);
  indexes.set(clusters, index);
  newest = new WeakRef(clusters);
  return index;
}

/** Null where a registration has another name than before, or where most of the index is of clusters that are gone. */
function extended(before: Registry, clusters: Registry): Index | null {
  const index = indexes.get(before);
  if (index === undefined || index.size > 2 * clusters.size + 1_000) return null;
  for (const key of differingKeys(before, clusters)) {
    const record = clusters.get(key);
    if (record === undefined) continue;
    if ((index.get(record.registration) ?? key) !== key) return null;
    index.set(record.registration, key);
  }
  return index;
}

/** Throws REVOKED for a registration whose agent is refused. */
export function assertNotRevoked({ name, revoked }: Pick<ClusterRecord, 'name' | 'revoked'>): void {
  if (!revoked) return;
  throw new SluiceError('REVOKED', 'this registration was revoked', {
    subject: name,
    hint: `run \`sluice-hub cluster join ${name} --rekey\` to let the cluster in again`,
  });
}

/**
 * Throws CONFLICT where a name has another registration than the one that a command was decided for; null = the command does not
 * say. Names are used again: what was meant for one cluster is never done to the next.
 */
export function assertSeen(name: string, record: ClusterRecord | undefined, seen: string | null): void {
  if (seen === null || record?.registration === seen) return;
  throw new SluiceError('CONFLICT', 'the cluster is not the one that was seen: it was removed, or joined anew', {
    subject: name,
    hint: 'see `sluice-hub cluster list -o json` for its registration now, and decide again',
  });
}
