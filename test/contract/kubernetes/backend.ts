/**
 * What the Kubernetes contract suite needs to know of an API server.
 *
 * A backend starts one fresh server per test file and hands back the path of a kubeconfig whose user may do
 * everything (cluster admin; any mix of HTTP or HTTPS, CA, token, client certificate that a kubeconfig can say).
 * Everything else - discovery, raw requests, other users by impersonation - the suite does through that file.
 *
 *     import { kubernetesContract } from '../contract/kubernetes/suite.ts';
 *     kubernetesContract({ name: 'embedded API', start: async () => ({ kubeconfig, stop }) });
 *
 * Throttling (429) and broken connections are made by a small proxy of the suite's own, so a backend needs no switch for them.
 */
export type ContractBackend = {
  readonly name: string;
  /** Groups of facts that this server does not have; they are registered as skipped, never silently left out. */
  readonly without?: readonly ContractFeature[];
  start(): Promise<RunningBackend>;
};

/** `stop` may be called twice; after it the port no longer answers. */
export type RunningBackend = {
  readonly kubeconfig: string;
  stop(): Promise<void>;
};

/**
 * Groups of facts that need more than an API server:
 * `controllers` = Deployments become ready, owned objects are collected; `rbac` = a user without a role is refused with 403;
 * `service-accounts` = TokenRequest and authentication by such a token.
 */
export type ContractFeature = 'controllers' | 'rbac' | 'service-accounts';
