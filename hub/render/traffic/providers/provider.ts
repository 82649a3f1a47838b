import type { KubeObject, ObjectMeta } from '../../../../shared/model/object.ts';
import type { ProviderName } from '../../../../shared/model/traffic.ts';
import type { Rule } from '../rules.ts';

/** What every traffic object of a deployment starts from. */
export interface TrafficHeader {
  readonly metadata: ObjectMeta;
  readonly hosts: readonly string[];
  readonly gateways: readonly string[];
  /** The class that the cluster's capability names, for kinds that have one. */
  readonly className: string | undefined;
}

/** A traffic object and where each weight stands in it; or why the provider cannot say what the rules ask for. */
export type TrafficShape =
  | { readonly object: KubeObject; readonly pointer: ((rule: number, backend: number) => string) | null }
  | { readonly fault: string; readonly hint: string };

/** Writes the rules of a deployment as an object of a provider's kind; what the kind can do stands in shared/model/traffic.ts. */
export interface ProviderRenderer {
  readonly name: ProviderName;
  /**
   * True where its kinds may be served without anything behind them, so that `auto` looks for a gateway before it
   * chooses this provider.
   */
  readonly needsGateway: boolean;
  /** The traffic object. `pointer` is null for a kind without weights. Pure. */
  readonly render: (header: TrafficHeader, rules: readonly Rule[]) => TrafficShape;
}
