import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { proxySettings } from '../../shared/adapters/http/proxy.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Terminal } from '../../shared/ports/terminal.ts';
import { createKube, type KubeClient } from '../kube/client.ts';
import { loadKubeAccess } from '../kube/config.ts';
import type { AgentOptions } from './config.ts';

/** What a connection takes from the process. */
export interface ConnectPorts {
  readonly terminal: Pick<Terminal, 'env' | 'path'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
}

/** A client of the cluster that the options, the environment or the pod name; nothing is asked yet. */
export function connectKube(options: AgentOptions, { terminal, clock, random, version }: ConnectPorts): KubeClient {
  const own = join(homedir(), '.kube', 'config');
  const kubeconfig = kubeconfigPath(options.kubeconfig, terminal, existsSync(own) ? own : null);
  const access = loadKubeAccess({
    ...(kubeconfig === null ? {} : { kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
    allowExec: options.allowExec,
    proxy: proxySettings(terminal.env),
    clock,
  });
  return createKube({ access, clock, random, userAgent: `sluice-agent/${version}` });
}

/**
 * The kubeconfig to use, of what the option names, the environment names, and the user's own (null where that is missing); null =
 * the service account of the pod.
 */
export function kubeconfigPath(
  option: string | undefined,
  { env, path }: ConnectPorts['terminal'],
  own: string | null,
): string | null {
  const named = option ?? env['KUBECONFIG'];
  if (named !== undefined && named !== '') return path(named);
  return env['KUBERNETES_SERVICE_HOST'] === undefined ? own : null;
}
