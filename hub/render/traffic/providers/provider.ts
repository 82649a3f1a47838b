import type { KubeObject, ObjectMeta } from '../../../../shared/model/object.ts';
import type { ProviderName } from '../../../../shared/model/traffic.ts';
import type { Rule } from '../rules.ts';

/** The parts of a traffic object that do not depend on rules. */
export interface TrafficHeader {
  readonly metadata: ObjectMeta;
  readonly hosts: readonly string[];
  readonly gateways: readonly string[];
  /** The class that the cluster's capability names, for kinds that have one. */
  readonly className: string | undefined;
}

/** A traffic object and where each weight stands in it; or why the provider cannot express the rules. */
export type TrafficShape =
  | { readonly object: KubeObject; readonly pointer: ((rule: number, backend: number) => string) | null }
  | { readonly fault: string; readonly hint: string };

/** Writes the rules of a deployment as an object of a provider's kind; the abilities of the kind are in shared/model/traffic.ts. */
export interface ProviderRenderer {
  readonly name: ProviderName;
  /**
   * True for kinds that clusters serve even where no gateway runs: `auto` chooses such a provider only where a gateway
   * is named.
   */
  readonly needsGateway: boolean;
  /** The traffic object. `pointer` is null for a kind without weights. Pure. */
  readonly render: (header: TrafficHeader, rules: readonly Rule[]) => TrafficShape;
}
