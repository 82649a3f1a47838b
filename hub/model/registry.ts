import type { Labels } from '../../shared/model/selector.ts';
import type { Capabilities } from './documents.ts';

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
}

/** Every registered cluster by name. */
export type Registry = ReadonlyMap<string, ClusterRecord>;
