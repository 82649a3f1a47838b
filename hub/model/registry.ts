import { SluiceError } from '../../shared/errors.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { Labels } from '../../shared/model/selector.ts';
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

const byRegistration = oncePerValue(
  (clusters: Registry) => new Map([...clusters.values()].map((record) => [record.registration, record])),
);

/** The cluster of a registration; undefined where it is not registered. */
export function registeredAs(clusters: Registry, registration: string): ClusterRecord | undefined {
  return byRegistration(clusters).get(registration);
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
