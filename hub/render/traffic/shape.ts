import type { KubeObject, ObjectMeta } from '../../../shared/model/object.ts';

/** What every traffic object of a deployment starts from. */
export interface TrafficHeader {
  readonly metadata: ObjectMeta;
  readonly hosts: readonly string[];
  readonly gateways: readonly string[];
}

/** A traffic object and where each weight stands in it; or why the provider cannot say what the rules ask for. */
export type TrafficShape =
  | { readonly object: KubeObject; readonly pointer: ((rule: number, way: number) => string) | null }
  | { readonly fault: string; readonly hint: string };
